"""The files of a result: CSV for queries, tab-separated text for utility statements, both as Athena writes them.

In the CSV every value is in quotes and a NULL is nothing at all, which tells it from an empty text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence

Row = Sequence[str | None]

LIMIT = 256 * 2**20  # bytes of one result; it is kept in memory while it is written

_CELL = re.compile(rb'(?:"((?:[^"]|"")*)")?([,\n])')


class TooLarge(Exception):
    """A result has more than LIMIT bytes."""


def to_csv(names: Sequence[str], rows: Iterable[Row]) -> bytes:
    """A header and the rows. Raises TooLarge."""
    out = io.BytesIO()
    out.write(_line(names))
    for row in rows:
        if out.write(_line(row)) and out.tell() > LIMIT:
            raise TooLarge
    return out.getvalue()


def to_text(rows: Iterable[Row]) -> bytes:
    """The rows of a utility statement, no header."""
    return "".join("\t".join(value or "" for value in row) + "\n" for row in rows).encode()


def rows_of(body: bytes, *, csv: bool) -> list[list[str | None]]:
    """The rows of a file, its header among them where it has one."""
    return _csv_rows(body) if csv else [list(line.split("\t")) for line in body.decode().splitlines()]


def _csv_rows(body: bytes) -> list[list[str | None]]:
    rows: list[list[str | None]] = []
    row: list[str | None] = []
    for cell in _CELL.finditer(body):
        value = cell[1]
        row.append(None if value is None else value.replace(b'""', b'"').decode())
        if cell[2] == b"\n":
            rows.append(row)
            row = []
    return rows


def _line(row: Row) -> bytes:
    cells = ("" if value is None else '"' + value.replace('"', '""') + '"' for value in row)
    return (",".join(cells) + "\n").encode()
