"""What is remembered of a day's tables, so that later days can be judged by it without reading it again: a few kB.

Statistics of several days merge into those of all their rows.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import numpy as np

from cumulet.core.fields import UNITS, Columns, Field
from cumulet.core.schema import Schema, rows

CATEGORIES = 300
"""A column of text with more values than this names things (ids), and its values are not kept."""


NAMING = ("identifier", "personal", "free text")
"""Marks of columns whose values are never kept, however few they are; nor are those of `id`."""


@dataclass(frozen=True, kw_only=True)
class ColumnStatistics:
    """One column: how much of it is missing, where it lies, which values it has."""

    present: int
    missing: int
    mean: float | None = None
    m2: float | None = None
    """Sum of squared differences from the mean."""
    newest: str | None = None
    """The latest moment (ISO)."""
    counts: Mapping[str, int] | None = None
    """Rows by value, of a column of text with few values."""

    @classmethod
    def of(cls, each: Field, column: np.ndarray) -> Self:
        """Of the valid values of a column (n,)."""
        absent = _absent(each.kind, column)
        there = column[~absent]
        told: dict[str, Any] = {"present": len(there), "missing": int(absent.sum())}
        if each.kind == "string":
            if each.name == "id" or each.mark in NAMING:
                return cls(**told)
            counts = Counter(there.tolist())
            return cls(**told, counts=dict(sorted(counts.items())) if len(counts) <= CATEGORIES else None)
        if not len(there):
            return cls(**told)
        if each.kind in UNITS:
            return cls(**told, newest=str(there.max()))
        return cls(**told, mean=float(there.mean()), m2=float(((there - there.mean()) ** 2).sum()))

    @property
    def missing_share(self) -> float:
        """Of all rows; 0 where there are none."""
        return self.missing / max(1, self.present + self.missing)

    def merge(self, other: Self) -> Self:
        """Of the rows of both. Source of the moments: Chan, Golub, LeVeque (1979), Updating formulae."""
        n = self.present + other.present
        told: dict[str, Any] = {"present": n, "missing": self.missing + other.missing}
        if self.mean is None or other.mean is None:
            one = other if self.mean is None else self
            told |= {"mean": one.mean, "m2": one.m2}
        else:
            delta = other.mean - self.mean
            told["mean"] = self.mean + delta * other.present / n
            told["m2"] = (self.m2 or 0.0) + (other.m2 or 0.0) + delta**2 * self.present * other.present / n
        told["newest"] = max(filter(None, (self.newest, other.newest)), default=None)
        if self.counts is not None and other.counts is not None:
            counts = Counter(self.counts) + Counter(other.counts)
            told["counts"] = dict(sorted(counts.items())) if len(counts) <= CATEGORIES else None
        return type(self)(**told)


@dataclass(frozen=True, kw_only=True)
class TableStatistics:
    """One table: what came of its rows, and its columns."""

    rows: int
    valid: int
    quarantined: int
    duplicates: int
    digests: tuple[str, ...]
    """sha256 of the raw objects that it came in."""
    columns: Mapping[str, ColumnStatistics] = field(default_factory=dict)

    @classmethod
    def of(cls, schema: Schema, columns: Columns, *, came: Mapping[str, int], digests: Iterable[str]) -> Self:
        """Of a table's valid rows; `came` counts rows, quarantined and duplicates."""
        statistics = {each.name: ColumnStatistics.of(each, columns[each.name]) for each in schema.fields}
        return cls(
            rows=came["rows"],
            valid=rows(columns),
            quarantined=came["quarantined"],
            duplicates=came["duplicates"],
            digests=tuple(digests),
            columns=statistics,
        )

    def to_json(self) -> dict[str, Any]:
        """JSON without what a column has not; means to nine digits, which is more than any judgement needs."""
        columns = {name: _told(asdict(column)) for name, column in self.columns.items()}
        return {**asdict(self), "digests": list(self.digests), "columns": columns}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        columns = {name: ColumnStatistics(**column) for name, column in value["columns"].items()}
        return cls(**{**value, "digests": tuple(value["digests"]), "columns": columns})


def _absent(kind: str, column: np.ndarray) -> np.ndarray:
    """Which values are missing, bool (n,)."""
    if kind == "string":
        return np.array([value is None for value in column], dtype=bool)
    return np.asarray(np.isnat(column) if kind in UNITS else np.isnan(column))


def _told(column: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: float(f"{value:.9g}") if isinstance(value, float) and math.isfinite(value) else value
        for name, value in column.items()
        if value is not None
    }
