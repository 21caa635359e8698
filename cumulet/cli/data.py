"""data list, show, diff, rebuild: the snapshots that models are trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import numpy as np
import typer

from cumulet.adapters.snapshots import Snapshots
from cumulet.cli import days, erase
from cumulet.cli.options import AsJson, UseCaseName
from cumulet.cli.reports import keep
from cumulet.cli.terminal import data as out
from cumulet.cli.terminal import print_json, print_table, say, step
from cumulet.cli.workspace import Workspace, open_workspace
from cumulet.contracts.errors import JobError
from cumulet.contracts.manifests import DatasetManifest, Tombstone
from cumulet.core.dataset_diff import Difference, compare
from cumulet.core.histograms import histogram
from cumulet.core.row_diff import day_rows
from cumulet.core.summaries import summary
from cumulet.offline.rebuild import rebuild
from cumulet.reports import dataset_diff

SnapshotId = Annotated[str, typer.Argument(help="The snapshot's id, or enough of its first characters.", metavar="ID")]
data = typer.Typer(help="The data: days, and the snapshots that models are trained on.", no_args_is_help=True)
PICTURES = 6
"""Columns that a page of differences has histograms of."""


def _snapshots(workspace: Workspace) -> Snapshots:
    return Snapshots(workspace.lake, workspace.name)


def _trained(workspace: Workspace) -> dict[str, list[str]]:
    """The versions of the models that were trained on each snapshot."""
    found: dict[str, list[str]] = {}
    for package in reversed(workspace.registry.list()):
        found.setdefault(package.metadata.get("dataset_id", ""), []).append(package.version)
    return found


@data.command("list")
def list_snapshots(context: typer.Context, use_case: UseCaseName, as_json: AsJson = False) -> None:
    """List the snapshots: what was known when, how much, and which models were trained on it.

    Example: cumulet data list flights
    """
    workspace = open_workspace(use_case, context.obj)
    snapshots = _snapshots(workspace)
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


@data.command("show")
def show_snapshot(
    context: typer.Context, use_case: UseCaseName, identifier: SnapshotId, as_json: AsJson = False
) -> None:
    """Show a snapshot: its manifest, where it came from, and what is in each column.

    Example: cumulet data show flights 8c1f
    """
    workspace = open_workspace(use_case, context.obj)
    snapshots = _snapshots(workspace)
    manifest = snapshots.manifest(snapshots.find(identifier))
    columns = snapshots.read(manifest)
    zones: dict[str, int] = {}
    for key in manifest.sources:
        zones["/".join(key.split("/")[:2])] = zones.get("/".join(key.split("/")[:2]), 0) + 1
    labels = columns["label"][np.isfinite(columns["label"])]
    facts: dict[str, Any] = {
        "id": manifest.dataset_id,
        **{name: getattr(manifest, name) for name in ("cut_off", "first_day", "last_day", "rows", "labelled")},
        "mean label": round(float(labels.mean()), 6),
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


@data.command("diff")
def diff_snapshots(
    context: typer.Context, use_case: UseCaseName, before: SnapshotId, after: SnapshotId, as_json: AsJson = False
) -> None:
    """Compare two snapshots: rows by record, days, schema field by field, distributions, the label; also as a page.

    Example: cumulet data diff flights 8c1f a0b1
    """
    workspace = open_workspace(use_case, context.obj)
    snapshots = _snapshots(workspace)
    ids = (snapshots.find(before), snapshots.find(after))
    tables = [snapshots.read(snapshots.manifest(one)) for one in ids]
    schemas = [snapshots.schema(one) for one in ids]
    known = tuple(schema["fields"] for schema in schemas if schema is not None)
    event_time = workspace.use_case.event_time
    found = compare(*tables, event_time=event_time, schemas=known if len(known) == len(ids) else ())
    moved = [name for name, shift in found.drift.items() if shift.psi > 0][:PICTURES]
    page = dataset_diff.render(
        found,
        [histogram(name, tables[0][name], tables[1][name]) for name in moved],
        day_rows(*(table[event_time].astype("datetime64[D]") for table in tables)),
        use_case=use_case,
        ids=ids,
    )
    path = keep(f"data-diff-{use_case}-{ids[0]}-{ids[1]}.html", page)
    if as_json:
        print_json({"before": ids[0], "after": ids[1], **found.to_json(), "page": path})
        return
    _print(found, ids)
    say(f"page  {path}")


def _print(found: Difference, ids: tuple[str, str]) -> None:
    pairs = [{"": name, "before": a, "after": b} for name, (a, b) in found.label.items()]
    print_table(f"{ids[0]} → {ids[1]}", pairs)
    rows = found.rows
    counts = {"added": rows.added, "removed": rows.removed, "changed": rows.changed, "the same": rows.same}
    print_table("Rows, by record id", [counts])
    for kind, some in rows.examples.items():
        if some:
            out.print(f"{kind}, e.g. {', '.join(some)}", markup=False)
    if rows.changed_by_column:
        changed = ", ".join(f"{name} in {count}" for name, count in rows.changed_by_column.items())
        out.print(f"changed values: {changed}", markup=False)
    if found.schema:
        print_table("Schema", [vars(change) for change in found.schema])
    days = [{"day": day, "before": a, "after": b} for day, (a, b) in found.days.items()]
    if days:
        print_table(f"{len(days)} days have another number of rows", days[:MOST] + days[-1:] * (len(days) > MOST))
    columns = [
        {"column": name, **vars(shift), "rows changed": rows.changed_by_column.get(name, 0)}
        for name, shift in found.drift.items()
        if shift.psi > 0 or name in rows.changed_by_column
    ]
    if columns:
        print_table("Columns, the most moved first (psi: below 0.1 stable, above 0.25 shifted)", columns[:MOST_COLUMNS])


@data.command("rebuild")
def rebuild_snapshot(
    context: typer.Context, use_case: UseCaseName, identifier: SnapshotId, as_json: AsJson = False
) -> None:
    """Rebuild a snapshot from raw, by the code of ingest and snapshot as it is now, and say whether it is the same.

    The lake is only read; the rebuilt files go to a folder that is removed. Exit code 8 when it is not the same.

    Example: cumulet data rebuild flights 8c1f
    """
    workspace = open_workspace(use_case, context.obj)
    one = _snapshots(workspace).find(identifier)
    with step(f"Rebuilding {one} from raw") as current, TemporaryDirectory() as folder:
        ring, progress = workspace.ring, current.note
        found = rebuild(workspace.lake, workspace.use_case, one, Path(folder), ring=ring, progress=progress)
    if as_json:
        print_json(asdict(found))
    elif found.differing:
        rows = [{**asdict(each), "then": each.then[:12], "now": each.now[:12] or "–"} for each in found.differing]
        print_table(f"{len(rows)} files differ", rows[:MOST] + rows[-1:] * (len(rows) > MOST))
    if not found.same:
        reasons = "; ".join(dict.fromkeys(each.why for each in found.differing)) or "its files are absent or damaged"
        raise JobError(f"snapshot {one} is not what raw gives now ({found.rebuilt_id or 'nothing'}): {reasons}")
    say(f"  the same to the byte: {found.days} days of raw give {one} again")


MOST, MOST_COLUMNS = 10, 20
"""Rows that a terminal is shown; --json and the page have all."""


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file, those on days, and those on what the lake forgets."""
    data.add_typer(days.data)
    data.add_typer(erase.group)
    app.add_typer(data, name="data")
