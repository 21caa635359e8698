"""A source's tables by day, and their rows as the CSV that `ingest` reads."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import pyarrow as pa
from pyarrow import csv

from cumulet.core.fields import UNITS
from cumulet.core.schema import Schema


class Days:
    """A table as slices by one of its date columns; rows of a day keep the order that they have."""

    def __init__(self, table: pa.Table, by: str) -> None:
        self._table = table.sort_by(by)
        self._days = self._table[by].to_numpy()

    def of(self, day: date) -> pa.Table:
        """The rows of a day; none where there are none."""
        start, stop = (np.searchsorted(self._days, np.datetime64(day, "D"), side=side) for side in ("left", "right"))
        return self._table.slice(int(start), int(stop - start))


def to_csv(schema: Schema, rows: pa.Table) -> bytes:
    """The schema's fields of the rows as CSV; what is missing is empty, moments are ISO text as their kind wants them.

    Raises ArrowInvalid for text that would need quotes: no source here has any.
    """
    table = pa.table({field.name: _text(field.kind, rows[field.name]) for field in schema.fields})
    out = io.BytesIO()
    csv.write_csv(table, out, csv.WriteOptions(quoting_header="none", quoting_style="none"))
    return out.getvalue()


def _text(kind: str, column: pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    if kind not in ("datetime", "timestamp"):
        return column
    zone = "Z" if kind == "timestamp" else ""
    text = np.datetime_as_string(column.to_numpy().astype(f"datetime64[{UNITS[kind]}]")).tolist()
    return pa.array([None if value == "NaT" else value + zone for value in text], pa.string())
