"""What each column of a table holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from cumulet.core.fields import Kind
from cumulet.scaffold.table import safe_names

ID = r"^[!-~]([ -~]{0,62}[!-~])?$"
"""What the schema takes for an id."""
DATE = r"(?i)^(.*\D)?(19|20)\d\d(\D.*)?$"
"""What has a year in it."""
FEW = 50
"""So many distinct values are listed."""
WORDY, LONG = 4, 60
"""Texts with more words on average, or more characters, are prose."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: its name in the file, its field's name, and what is in it."""

    name: str
    field: str
    kind: Kind
    rows: int
    missing: int
    distinct: int
    minimum: Any = None
    maximum: Any = None
    values: tuple[Any, ...] = ()
    """The distinct values, the most frequent first, where they are few."""
    counts: tuple[int, ...] = ()
    """How often each of `values` occurs."""
    is_prose: bool = False
    is_plain: bool = True
    """Whether its texts can be ids: short, of ASCII characters."""
    looks_dated: bool = False
    """Whether its texts have a year and a day, though not in one form."""
    counts_rows: bool = False
    """Whether it numbers the rows of the file, as pandas writes its index."""
    holds: str = ""
    """What one row holds, where it is not a value: lists, objects, bytes."""

    @property
    def is_moment(self) -> bool:
        """Whether it holds dates or times."""
        return self.kind in ("date", "datetime", "timestamp")

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers."""
        return self.kind in ("integer", "number")

    @property
    def is_unique(self) -> bool:
        """Whether it names its row."""
        return self.missing == 0 and self.distinct == self.rows > 1


def profile(table: pa.Table) -> dict[str, Column]:
    """What each column of a table (as `cumulet.scaffold.table.read` gives it) holds, by its name in the file."""
    fields = safe_names(table.column_names)
    return {name: _column(name, fields[name], table[name].combine_chunks()) for name in table.column_names}


def _column(name: str, field: str, column: pa.Array) -> Column:
    if not _is_value(column.type):
        blank = pa.nulls(len(column), pa.string())
        return replace(_column(name, field, blank), missing=column.null_count, holds=str(column.type))
    present = column.drop_null()
    counted = sorted(present.value_counts().to_pylist(), key=lambda row: (-row["counts"], str(row["values"])))
    few = counted[:FEW] if len(counted) <= FEW else []
    ordered = not pa.types.is_string(column.type) and len(present)
    span: Mapping[str, Any] = pc.min_max(present).as_py() if ordered else {"min": None, "max": None}
    return Column(
        name=name,
        field=field,
        kind=_kind(column.type),
        rows=len(column),
        missing=column.null_count,
        distinct=len(counted),
        minimum=span["min"],
        maximum=span["max"],
        values=tuple(row["values"] for row in few),
        counts=tuple(row["counts"] for row in few),
        is_prose=_is_prose(present),
        is_plain=not pa.types.is_string(column.type) or _matches(present, ID),
        looks_dated=pa.types.is_string(column.type) and len(present) > 0 and _matches(present, DATE),
        counts_rows=pa.types.is_integer(column.type) and _counts_rows(column),
    )


def _is_value(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_date(kind)
        or pa.types.is_timestamp(kind)
        or pa.types.is_string(kind)
    )


def _matches(texts: pa.Array, pattern: str) -> bool:
    return not len(texts) or bool(pc.all(pc.match_substring_regex(texts, pattern)).as_py())


def _counts_rows(column: pa.Array) -> bool:
    first = column[0].as_py()
    return first in (0, 1) and column.equals(pa.array(range(first, first + len(column)), pa.int64()))


def _kind(kind: pa.DataType) -> Kind:
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_floating(kind):
        return "number"
    if pa.types.is_date(kind):
        return "date"
    if pa.types.is_timestamp(kind):
        return "datetime" if kind.tz is None else "timestamp"
    return "string"


def _is_prose(present: pa.Array) -> bool:
    if not pa.types.is_string(present.type) or not len(present):
        return False
    words = pc.mean(pc.add(pc.count_substring_regex(present, r"\s+"), 1)).as_py()
    return bool(words > WORDY or pc.mean(pc.utf8_length(present)).as_py() > LONG)
