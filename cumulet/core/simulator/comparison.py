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
        columns, refused[day] = readable(tables.get(RECORDS, b""), use_case.schema)
        days[day] = use_case.watch(columns) if rows(columns) else {}
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
    """One row a day: records, refused, labels that became known of that day's records, and their mean (of
    classes, which have none, None)."""
    found = []
    for day, columns in seen.days.items():
        own = seen.labels["label"][seen.labels["date"] == np.datetime64(day)] if seen.labels else np.zeros(0)
        known = own[np.isfinite(own)]
        rate = float(known.mean()) if len(known) and not isinstance(use_case.task, MultiClass) else None
        found.append(
            {
                "date": str(day),
                "records": rows(columns),
                "refused": seen.refused[day],
                "labels": len(known),
                "rate": rate,
            }
        )
    return found


def moved(before: Seen, after: Seen, since: date) -> list[dict[str, Any]]:
    """The label, every column of the records (from a day on) and of side tables, the furthest moved first."""
    pairs = [(RECORDS, _since(before, since), _since(after, since))]
    pairs.append(("labels", _labels_since(before, since), _labels_since(after, since)))
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


def _labels_since(seen: Seen, since: date) -> Columns:
    """The labels of the records of these days, as far as they are known."""
    if not seen.labels:
        return {}
    own = (seen.labels["date"] >= np.datetime64(since)) & np.isfinite(seen.labels["label"])
    return {"label": seen.labels["label"][own]}


def _mean(column: np.ndarray) -> float | None:
    present = column[np.isfinite(column)] if column.dtype.kind == "f" else column[:0]
    return float(np.mean(present)) if len(present) else None
