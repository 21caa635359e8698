"""Rows of a file as they came, a few thousand at a time: what the readers of the formats hand to `validation`."""

from __future__ import annotations

import codecs
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cumulet.contracts.errors import Problem, SchemaError
from cumulet.core.fields import Field
from cumulet.core.schema import Schema
from lambdas.ingest.unpack import unusable

ROWS, CELLS = 20_000, 400_000
"""Rows that are looked at together, fewer where they are wide: what is not kept of them is freed before the next ones
are read."""
MOST_COLUMNS = 10_000
"""Of a table: a line of commas would be millions."""

Row = TypeVar("Row")
Problems = dict[int, list[Problem]]
"""By position of the row."""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some rows of a file."""

    lines: Sequence[int]
    """Where each row ends: its line, or its number where a format has no lines."""
    values: Mapping[str, Sequence[Any]]
    """By the schema's names, as they came (CSV: text); a column that did not come is absent."""
    parse: Callable[[Field, Any], Any]
    """A value as it came → a value that the field can check."""
    row: Callable[[int], dict[str, Any]]
    """A row as it came, for quarantine."""
    unknown: frozenset[str] = frozenset()
    """Columns that the schema does not have."""
    problems: Problems = field(default_factory=dict)
    """Rows that cannot be read."""


Reader = Callable[[bytes, Schema], Iterator[Chunk]]
"""Raises SchemaError, at any chunk, when the file as a whole cannot be used."""


def lines_of(data: bytes, newline: str | None) -> io.TextIOWrapper:
    """The text of a file, decoded as it is read: UTF-8, or UTF-16 where a byte order mark says so."""
    return io.TextIOWrapper(io.BytesIO(data), encoding_of(data), newline=newline)


def encoding_of(data: bytes) -> str:
    """The encoding of a text file. Raises SchemaError for UTF-32."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise unusable("encoding", "UTF-32", "save the file as UTF-8")
    return "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"


def misread(data: bytes) -> SchemaError:
    """The error of a file that is not in its encoding, with the position of the first such byte."""
    encoding = encoding_of(data)
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        mark = 3 if encoding == "utf-8-sig" and data.startswith(codecs.BOM_UTF8) else 0
        return unusable(
            "encoding", f"byte {error.start + mark} is no {encoding.upper()[:6].rstrip('-')}", "save the file as UTF-8"
        )
    return unusable("encoding", encoding, "save the file as UTF-8")


def parts(rows: Iterator[Row], cells: Callable[[Row], int]) -> Iterator[list[Row]]:
    """Rows in lists of at most `ROWS`, and of not many more cells than `CELLS`."""
    part: list[Row] = []
    size = 0
    for row in rows:
        part.append(row)
        size += cells(row)
        if len(part) == ROWS or size >= CELLS:
            yield part
            part, size = [], 0
    if part:
        yield part


def require(schema: Schema, names: Sequence[str]) -> None:
    """Raises SchemaError when a column that must be there is not, or when one is there twice."""
    if len(names) > MOST_COLUMNS:
        raise unusable("header", f"{len(names)} columns", f"hand over at most {MOST_COLUMNS}, one table a file")
    doubled = sorted(name for name, n in Counter(names).items() if n > 1)
    if doubled:
        raise unusable("header", doubled, "name each column once")
    absent = [f for f in schema.fields if not f.nullable and f.name not in names]
    if absent:
        found = tuple(Problem(f.name, None, f"add the column {f.name}: {f.description}") for f in absent)
        raise SchemaError(f"{schema.name}: columns are missing", found)
