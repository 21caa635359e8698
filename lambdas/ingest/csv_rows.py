"""CSV as in RFC 4180, with a header."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from cumulet.contracts.errors import Problem, SchemaError
from cumulet.core.fields import Field
from cumulet.core.schema import Schema
from lambdas.ingest.chunks import Chunk, lines_of, misread, parts, require
from lambdas.ingest.unpack import unusable

BEYOND = 100
Numbered = Iterator[tuple[int, list[str]]]


def read(data: bytes, schema: Schema) -> Iterator[Chunk]:
    """The rows of a CSV file. Raises SchemaError when it cannot be read to its end."""
    reader = csv.reader(lines_of(data, newline=""), strict=True)
    ended = [0]
    try:
        header = [name.strip() for name in next(reader, [])]
        numbered = _numbered(reader, ended)
        _require(schema, header, numbered)
        for rows in parts(numbered, lambda row: len(row[1])):
            yield _chunk(schema, header, rows)
    except UnicodeError as error:
        raise misread(data) from error
    except csv.Error as error:
        where = f"{error}, in the row that begins on line {ended[0] + 1}"
        remedy = "close its quotes: write CSV as in RFC 4180, comma, double quotes around quotes"
        raise unusable("line", where, remedy) from error


def _numbered(reader: Any, ended: list[int]) -> Numbered:
    """Rows with the lines that they end on; `ended` has the last one, also when the reader breaks off."""
    ended[0] = reader.line_num
    for row in reader:
        ended[0] = reader.line_num
        if row:
            yield reader.line_num, row


def _require(schema: Schema, header: Sequence[str], numbered: Numbered) -> None:
    """Raises SchemaError with the number of rows that are lost with their header."""
    try:
        require(schema, header)
    except SchemaError as error:
        error.rows = max(1, sum(1 for _ in numbered))
        raise


def _chunk(schema: Schema, header: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> Chunk:
    wanted = f"give {len(header)} cells, one per column of the header"
    problems = {n: [Problem("", len(row), wanted)] for n, (_, row) in enumerate(rows) if len(row) != len(header)}
    values = {}
    for at, name in enumerate(header):
        if name in schema.names:
            values[name] = ["" if n in problems else row[at] for n, (_, row) in enumerate(rows)]
    return Chunk(
        lines=[line for line, _ in rows],
        values=values,
        parse=Field.parse,
        row=partial(_row, header, rows),
        unknown=frozenset(header) - set(schema.names),
        problems=problems,
    )


def _row(header: Sequence[str], rows: Sequence[tuple[int, list[str]]], n: int) -> dict[str, Any]:
    """The row as it came; some of the cells beyond the header are kept under an empty name."""
    cells = rows[n][1]
    row: dict[str, Any] = dict(zip(header, cells, strict=False))
    return {**row, "": cells[len(header) : len(header) + BEYOND]} if len(cells) > len(header) else row
