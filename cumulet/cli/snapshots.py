"""data list, show: the snapshots that models are trained on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import typer

from cumulet.adapters.snapshots import Snapshots
from cumulet.cli.options import AsJson, SnapshotId, UseCaseName
from cumulet.cli.terminal import data as out
from cumulet.cli.terminal import print_json, print_table, say
from cumulet.cli.workspace import Workspace, open_workspace
from cumulet.contracts.manifests import DatasetManifest, Tombstone
from cumulet.core.summaries import summary


def _trained(workspace: Workspace) -> dict[str, list[str]]:
    """The versions of the models that were trained on each snapshot."""
    found: dict[str, list[str]] = {}
    for package in reversed(workspace.registry.list()):
        found.setdefault(package.metadata.get("dataset_id", ""), []).append(package.version)
    return found


def list_snapshots(context: typer.Context, use_case: UseCaseName, as_json: AsJson = False) -> None:
    """List the snapshots: what was known when, how much, and which models were trained on it.

    Example: cumulet data list flights
    """
    workspace = open_workspace(use_case, context.obj)
    snapshots = Snapshots(workspace.lake, workspace.name)
    sizes, models, standing = snapshots.sizes(), _trained(workspace), snapshots.standing(snapshots.ids())
    there = {one: found for one, found in standing.items() if isinstance(found, DatasetManifest)}
    rows = [
        {
            "id": one,
            "cut-off": manifest.cut_off,
            "first day": manifest.first_day,
            "last day": manifest.last_day,
            "rows": manifest.rows,
            "labelled": manifest.labelled,
            "MB": round(sizes[one] / 1e6, 2),
            "models": ", ".join(models.get(one, ())),
        }
        for one, manifest in sorted(there.items(), key=lambda item: item[1].cut_off)
    ]
    if as_json:
        print_json(rows)
    elif rows:
        print_table(f"Snapshots of {use_case}", rows)
    else:
        say(f"no snapshot: `cumulet train {use_case}` takes one")
    for one, stone in standing.items():
        if isinstance(stone, Tombstone):
            say(f"{one} is gone since {stone.at}: {stone.erased}")


def show_snapshot(
    context: typer.Context, use_case: UseCaseName, identifier: SnapshotId, as_json: AsJson = False
) -> None:
    """Show a snapshot: its manifest, where it came from, and what is in each column.

    Example: cumulet data show flights 8c1f
    """
    workspace = open_workspace(use_case, context.obj)
    snapshots = Snapshots(workspace.lake, workspace.name)
    manifest = snapshots.manifest(snapshots.find(identifier))
    columns = snapshots.read(manifest)
    zones: dict[str, int] = {}
    for key in manifest.sources:
        zones["/".join(key.split("/")[:2])] = zones.get("/".join(key.split("/")[:2]), 0) + 1
    labels = columns["label"][np.isfinite(columns["label"])]
    facts: dict[str, Any] = {
        "id": manifest.dataset_id,
        **{name: getattr(manifest, name) for name in ("cut_off", "first_day", "last_day", "rows", "labelled")},
        **{name: value and round(value, 6) for name, value in workspace.use_case.task.described(labels).items()},
        "schema": manifest.schema_hash[:16],
        "schema of the use case now": "the same"
        if workspace.use_case.schema.hash == manifest.schema_hash
        else "another",
        "models": _trained(workspace).get(manifest.dataset_id, []),
        "made from": zones,
    }
    described = [summary(name, column) for name, column in columns.items()]
    if as_json:
        print_json({**facts, "manifest": vars(manifest), "columns": described})
        return
    for name, value in facts.items():
        out.print(f"{name:<28}{_words(value)}", markup=False)
    print_table("Columns", described)


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{count} of {zone}" for zone, count in value.items())
    return (", ".join(value) or "none") if isinstance(value, list) else str(value)
