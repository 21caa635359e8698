"""The schema of a table: what a record may hold, and the typed columns of many records.

A record is a JSON object: text, numbers, and moments as ISO text. Columns are the same, table-wide:

    kind        in a record                      as a column
    string      "EWR"                            object, None missing
    integer     1545                             float64, NaN missing
    number      2475.0                           float64, NaN missing
    date        "2013-04-01"                     datetime64[D], NaT missing
    datetime    "2013-04-01T05:15" (local)       datetime64[m], NaT missing
    timestamp   "2013-04-01T09:15:00Z" (UTC)     datetime64[s], NaT missing
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from cumulet.contracts.errors import Problem
from cumulet.contracts.manifests import canonical, sha256
from cumulet.core import personal
from cumulet.core.fields import UNITS, Columns, Field, Mark, Record

__all__ = ["Columns", "Field", "Mark", "Record", "Schema"]


@dataclass(frozen=True)
class Schema:
    """A table: its fields in order, and the key that no two of its records share.

    >>> trips = Schema("trips", (Field("to", "string", "city"), Field("km", "number", "how far", minimum=0)), ("to",))
    >>> [str(problem) for problem in trips.check({"to": "Ulm", "km": -1.0})]
    ['km=-1.0: give a value of at least 0']
    """

    name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the fields, in order."""
        return tuple(field.name for field in self.fields)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the schema as JSON: it changes when any field does."""
        return sha256(self.to_json())

    def to_json(self) -> bytes:
        """The schema as canonical JSON: its name, its fields with all they say (a mark where one is set), its key."""
        described = asdict(self)
        for each in described["fields"]:
            if each["mark"] is None:
                del each["mark"]
        return canonical(described)

    def marked(self, *marks: Mark) -> tuple[str, ...]:
        """The names of the fields with one of these marks, in order."""
        return tuple(field.name for field in self.fields if field.mark in marks)

    def field(self, name: str) -> Field:
        """The field of this name. Raises KeyError."""
        return self._by_name[name]

    def check(self, record: Record) -> tuple[Problem, ...]:
        """Everything wrong with one record, each with its remedy; empty when the record is valid."""
        problems = [field.check(record.get(field.name)) for field in self.fields]
        unknown = [
            Problem(
                name,
                personal.shown(value, name),
                f"remove it: {self.name} have no such field, but {', '.join(self.names)}",
            )
            for name, value in record.items()
            if name not in self._by_name
        ]
        return (*unknown, *(problem for problem in problems if problem is not None))

    def parse(self, row: Mapping[str, str | None]) -> dict[str, Any]:
        """A CSV row as a record: empty text is missing, numbers are numbers.

        What cannot be read stays text, and what the schema does not know stays: `check` reports both.
        """
        known = self._by_name
        return {name: known[name].parse(text) if name in known else text for name, text in row.items()}

    def key_of(self, record: Record) -> tuple[Any, ...]:
        """The record's values of the key fields."""
        return tuple(record.get(name) for name in self.key)

    def columns(self, records: Sequence[Record]) -> Columns:
        """Valid records as typed columns, one per field, each of shape (n,); an absent field is missing throughout."""
        return {field.name: field.column(record.get(field.name) for record in records) for field in self.fields}

    def records(self, columns: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
        """Typed columns as records, the inverse of `columns`."""
        values = [field.values(columns[field.name]) for field in self.fields]
        return [dict(zip(self.names, row, strict=True)) for row in zip(*values, strict=True)]

    @cached_property
    def _by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}


def rows(columns: Mapping[str, np.ndarray]) -> int:
    """How many rows the columns have; 0 when there are none."""
    return next((len(column) for column in columns.values()), 0)


def select(columns: Mapping[str, np.ndarray], index: Any) -> Columns:
    """The rows that `index` (a slice, a mask or positions) picks from every column."""
    return {name: column[index] for name, column in columns.items()}


def matrix(features: Sequence[np.ndarray], n: int) -> np.ndarray:
    """Features (n,) side by side as the float32 matrix (n, features)."""
    found = np.empty((n, len(features)), dtype=np.float32)
    for position, feature in enumerate(features):
        found[:, position] = feature
    return found


def concatenate(parts: Iterable[Mapping[str, np.ndarray]]) -> Columns:
    """Stack tables that share their columns; the columns of the first decide. No table gives no columns."""
    tables = list(parts)
    if not tables:
        return {}
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def moments(column: np.ndarray, kind: str) -> np.ndarray:
    """A column of moments in the unit of its kind, whatever unit the file it was read from had."""
    return column.astype(f"datetime64[{UNITS[kind]}]")
