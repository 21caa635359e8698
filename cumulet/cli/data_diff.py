"""data diff: two snapshots compared, as tables and as a page."""

from __future__ import annotations

import typer

from cumulet.adapters.snapshots import Snapshots
from cumulet.cli.options import AsJson, SnapshotId, UseCaseName
from cumulet.cli.reports import keep
from cumulet.cli.terminal import data as out
from cumulet.cli.terminal import print_json, print_table, say
from cumulet.cli.workspace import open_workspace
from cumulet.core.dataset_diff import Difference, compare
from cumulet.core.histograms import histogram
from cumulet.core.row_diff import day_rows
from cumulet.core.schema import Columns
from cumulet.core.usecase import UseCase
from cumulet.reports import dataset_diff

PICTURES = 6
"""Columns that a page of differences has histograms of."""
MOST, MOST_COLUMNS = 10, 20
"""Rows that a terminal is shown; --json and the page have all."""


def diff_snapshots(
    context: typer.Context, use_case: UseCaseName, before: SnapshotId, after: SnapshotId, as_json: AsJson = False
) -> None:
    """Compare two snapshots: rows by record, days, schema field by field, distributions, the label; also as a page.

    Example: cumulet data diff flights 8c1f a0b1
    """
    workspace = open_workspace(use_case, context.obj)
    snapshots = Snapshots(workspace.lake, workspace.name)
    ids = (snapshots.find(before), snapshots.find(after))
    tables = [snapshots.read(snapshots.manifest(one)) for one in ids]
    schemas = [snapshots.schema(one) for one in ids]
    known = tuple(schema["fields"] for schema in schemas if schema is not None)
    event_time = workspace.use_case.event_time
    found = compare(
        *tables,
        event_time=event_time,
        task=workspace.use_case.task,
        watch=lambda columns: _watched(workspace.use_case, columns),
        schemas=known if len(known) == len(ids) else (),
    )
    watched = [_watched(workspace.use_case, table) for table in tables]
    moved = [name for name, shift in found.drift.items() if shift.psi > 0][:PICTURES]
    page = dataset_diff.render(
        found,
        [histogram(name, watched[0][name], watched[1][name]) for name in moved],
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


def _watched(use_case: UseCase, columns: Columns) -> Columns:
    """With what is watched, where the snapshot has the fields that the use case has now."""
    return use_case.watch(columns) if columns.keys() >= set(use_case.schema.names) else columns


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
