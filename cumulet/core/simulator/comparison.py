"""What a shift did, day by day: the source's days beside the shifted ones, in figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from cumulet.contracts.errors import NotFoundError
from cumulet.core import drift
from cumulet.core.schema import Columns, Schema, concatenate, rows
from cumulet.core.simulator.knobs import OUTCOMES, RECORDS
from cumulet.core.simulator.originals import Days
from cumulet.core.sketches import InputSketch
from cumulet.core.tasks import MultiClass
from cumulet.core.usecase import UseCase, label_rows


@dataclass(frozen=True)
class Seen:
    """A span of days of one source, as far as it passes the schemas."""

    days: dict[date, Columns]
    labels: Columns
    """Label rows that became known within the span."""
    refused: dict[date, int]
    """Records that break the schema or come twice."""
    side: dict[str, Columns]


def see(source: Days, use_case: UseCase, wanted: Sequence[date]) -> Seen:
    """Read some days; one that the source does not have has no rows."""
    days, labels, refused = {}, [], {}
    side: dict[str, list[Columns]] = {name: [] for name in use_case.side_tables}
    for day in wanted:
        try:
            tables = source.day(day)
        except NotFoundError:
            tables = {}
        records, refused[day] = readable(tables.get(RECORDS, b""), use_case.schema)
        days[day] = use_case.watch(records) if rows(records) else {}
        labels.append(label_rows(use_case, readable(tables.get(OUTCOMES, b""), use_case.outcomes)[0]))
        for name, schema in use_case.side_tables.items():
            side[name].append(readable(tables.get(name, b""), schema)[0])
    return Seen(days, concatenate(labels), refused, {name: concatenate(parts) for name, parts in side.items()})


def readable(data: bytes, schema: Schema) -> tuple[Columns, int]:
    """The rows of a file that pass the schema, and how many do not (or come twice)."""
    reader = csv.DictReader(io.StringIO(data.decode("utf-8", "replace"), newline=""))
    kept, refused, keys = [], 0, set()
    for row in reader:
        record = schema.parse({name: text for name, text in row.items() if name is not None})
        if None in row or schema.check(record) or schema.key_of(record) in keys:
            refused += 1
        else:
            keys.add(schema.key_of(record))
            kept.append(record)
    return schema.columns(kept), refused


def by_day(seen: Seen, use_case: UseCase) -> list[dict[str, Any]]:
    """One row a day: records, refused, labels that became known of that day's records, what they are like."""
    found = []
    for day, columns in seen.days.items():
        own = seen.labels["label"][seen.labels["date"] == np.datetime64(day)] if seen.labels else np.zeros(0)
        known = own[np.isfinite(own)]
        row = {"date": str(day), "records": rows(columns), "refused": seen.refused[day], "labels": len(known)}
        found.append(row | use_case.task.described(known))
    return found


def moved(before: Seen, after: Seen, since: date, use_case: UseCase) -> list[dict[str, Any]]:
    """Every column of the records (from a day on) and side tables, what is watched and the label, the furthest moved
    first: PSI, means of numbers."""
    pairs = [(RECORDS, _since(before, since), _since(after, since))]
    pairs.append((OUTCOMES, _labels(before, since, use_case), _labels(after, since, use_case)))
    pairs += [(name, before.side[name], after.side[name]) for name in before.side]
    found = []
    for table, own, shifted in pairs:
        if not rows(own) or not rows(shifted):
            continue
        reference = InputSketch.learn(own)
        for name, each in drift.of_inputs(reference, reference.count(shifted)).items():
            means = [_mean(columns[name]) for columns in (own, shifted)]
            found.append(
                {
                    "table": table,
                    "column": name,
                    "psi": each.psi,
                    "mean before": means[0],
                    "mean after": means[1],
                    "missing": each.missing,
                }
            )
    return sorted(found, key=lambda row: -row["psi"])


def _since(seen: Seen, since: date) -> Columns:
    return concatenate(columns for day, columns in seen.days.items() if day >= since and columns)


def _labels(seen: Seen, since: date, use_case: UseCase) -> Columns:
    """The labels of records from a day on, as far as they are known; those of several classes by name."""
    if not seen.labels:
        return {}
    labels, task = seen.labels["label"][seen.labels["date"] >= np.datetime64(since)], use_case.task
    known = labels[np.isfinite(labels)]
    return {"label": np.array(task.classes, object)[known.astype(int)] if isinstance(task, MultiClass) else known}


def _mean(column: np.ndarray) -> float | None:
    present = column[np.isfinite(column)] if column.dtype.kind == "f" else column[:0]
    return float(np.mean(present)) if len(present) else None
