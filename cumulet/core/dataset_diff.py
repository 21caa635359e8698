"""Two datasets compared: rows by record, days, schemas field by field, distributions, and the labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from cumulet.core import drift
from cumulet.core.row_diff import ID, RowChanges, day_rows, row_changes
from cumulet.core.schema import Columns
from cumulet.core.schema_diff import Fields, SchemaChange, fields_of, schema_changes
from cumulet.core.sketches import InputSketch
from cumulet.core.tasks import Task

LABEL = "label"
Watch = Callable[[Columns], Columns]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What changed from one dataset to another."""

    rows: RowChanges
    days: dict[str, tuple[int, int]]
    """Rows (before, after) of every day on which their number differs."""
    schema: list[SchemaChange]
    drift: dict[str, drift.Drift]
    """Of every column that both have with the same type, the one that moved most first."""
    label: dict[str, tuple[float | None, float | None]]
    """rows, labelled, and what the labels are like (`Task.described`), each (before, after)."""

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return asdict(self)


def compare(
    before: Columns,
    after: Columns,
    *,
    event_time: str,
    task: Task,
    watch: Watch = dict,
    schemas: tuple[Fields, ...] = (),
) -> Difference:
    """Everything that changed between two tables of records with `id`, `label` and a day.

    `watch` adds numbers whose drift is watched like a column's (`UseCase.watch`).
    `schemas` are the fields of both as JSON; without them the columns are compared by name and type.
    """
    days = [columns[event_time].astype("datetime64[D]") for columns in (before, after)]
    old, new = (fields_of(table, known) for table, known in zip((before, after), schemas or ((), ()), strict=True))
    return Difference(
        rows=row_changes(before, after),
        days={day: pair for day, pair in day_rows(*days).items() if pair[0] != pair[1]},
        schema=schema_changes(old, new),
        drift=drifts(watch(before), watch(after)),
        label=label_changes(before, after, task),
    )


def drifts(before: Columns, after: Columns) -> dict[str, drift.Drift]:
    """How far every shared column has moved, in bins learnt from the first; most moved (by PSI) first."""
    names = [n for n in before if n in after and n not in (ID, LABEL) and before[n].dtype.kind == after[n].dtype.kind]
    reference = InputSketch.learn({name: before[name] for name in names})
    found = drift.of_inputs(reference, reference.count(after)) if names else {}
    return dict(sorted(found.items(), key=lambda item: (-item[1].psi, item[0])))


def label_changes(before: Columns, after: Columns, task: Task) -> dict[str, tuple[float | None, float | None]]:
    """rows, labelled rows and what the labels of both are like."""
    known = [columns[LABEL][np.isfinite(columns[LABEL])] for columns in (before, after)]
    old, new = (task.described(labels) for labels in known)
    return {
        "rows": (len(before[LABEL]), len(after[LABEL])),
        "labelled": (len(known[0]), len(known[1])),
        **{name: (old[name], new[name]) for name in old},
    }
