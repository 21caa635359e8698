"""data rebuild: whether raw still gives a snapshot."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from cumulet.adapters.snapshots import Snapshots
from cumulet.cli.options import AsJson, SnapshotId, UseCaseName
from cumulet.cli.terminal import print_json, print_table, say, step
from cumulet.cli.workspace import open_workspace
from cumulet.contracts.errors import JobError
from cumulet.offline.rebuild import rebuild

MOST = 10
"""Files that a terminal is shown, and the last one; --json has all."""


def rebuild_snapshot(
    context: typer.Context, use_case: UseCaseName, identifier: SnapshotId, as_json: AsJson = False
) -> None:
    """Rebuild a snapshot from raw, by the code of ingest and snapshot as it is now, and say whether it is the same.

    The lake is only read; the rebuilt files go to a folder that is removed. Exit code 8 when it is not the same.

    Example: cumulet data rebuild flights 8c1f
    """
    workspace = open_workspace(use_case, context.obj)
    one = Snapshots(workspace.lake, workspace.name).find(identifier)
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
