"""Days as the world hands them over: a good one, and what can go wrong with it, one fault or several at a time."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from tests.lambdas.conftest import flights

ROWS = 12
DAY = date(2013, 3, 10)
"""A day on which clocks jump: 02:00 to 03:00 does not exist."""
Rows = list[dict[str, Any]]
Fault = Callable[[st.DrawFn, Rows], Rows]
ODD = (
    "",
    " ",
    "NaN",
    "-inf",
    "1e400",
    "1_5",
    "x",
    "\x00",
    "é",
    "2013-02-30T05:00",
    "2013-03-10T02:30",
    "9" * 500,
    '"',
    ",",
)
ODD_LINES = (
    *("{", "[]", "null", "{}", "[" * 5000, "9" * 6000, '{"id": "\\ud800"}', '{"id": {"a": NaN}, "flight": true}'),
    '{"id": [' + "[" * 900 + "]" * 900 + "]}",
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp037")


def a_value(draw: st.DrawFn, rows: Rows) -> Rows:
    """Another type, an empty cell, a control character, a time that the clocks skipped."""
    row, name = draw(st.sampled_from(rows)), draw(st.sampled_from(sorted(rows[0])))
    row[name] = draw(st.sampled_from(ODD) | st.text(max_size=5) | st.integers() | st.floats())
    return rows


def a_column_less(draw: st.DrawFn, rows: Rows) -> Rows:
    name = draw(st.sampled_from(sorted(rows[0])))
    return [{key: value for key, value in row.items() if key != name} for row in rows]


def a_column_more(draw: st.DrawFn, rows: Rows) -> Rows:
    name = draw(st.text(max_size=8))
    return [{**row, name: n} for n, row in enumerate(rows)]


def duplicates(draw: st.DrawFn, rows: Rows) -> Rows:
    return rows + [dict(row) for row in draw(st.lists(st.sampled_from(rows), max_size=5))]


def fewer(draw: st.DrawFn, rows: Rows) -> Rows:
    return rows[: draw(st.integers(0, len(rows)))] or [rows[0]]


FAULTS: tuple[Fault, ...] = (a_value, a_value, a_column_less, a_column_more, duplicates, fewer)


def as_csv(draw: st.DrawFn, rows: Rows) -> bytes:
    out = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, names, lineterminator=draw(st.sampled_from(("\n", "\r\n"))))
    writer.writeheader()
    writer.writerows(rows)
    text = out.getvalue()
    if draw(st.integers(0, 9)) == 0:
        text += draw(st.sampled_from(("a,b\n", "," * 40 + "\n", '"never closed\n', "\n\n", "\x00\n")))
    return text.encode(draw(st.sampled_from(("utf-8", *ENCODINGS))), errors="replace")


def as_json(draw: st.DrawFn, rows: Rows) -> bytes:
    lines = [json.dumps(_typed(row)) for row in rows]
    if draw(st.integers(0, 3)) == 0:
        lines.append(draw(st.sampled_from(ODD_LINES)))
    return ("\n".join(lines) + "\n").encode(draw(st.sampled_from(("utf-8", *ENCODINGS))), errors="replace")


def as_parquet(draw: st.DrawFn, rows: Rows) -> bytes:
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name or "unnamed": [_typed(row).get(name) for row in rows] for name in names}
    arrays = {name: _array(values) for name, values in columns.items()}
    sink = io.BytesIO()
    pq.write_table(pa.table(arrays), sink, write_page_checksum=draw(st.booleans()))
    return sink.getvalue()


def _array(values: list[Any]) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowException, UnicodeError, OverflowError):
        return pa.array([None if v is None else str(v).encode(errors="replace").decode() for v in values])


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    return {name: None if value == "" else value for name, value in row.items()}


def packed(draw: st.DrawFn, data: bytes) -> bytes:
    """As it is, or in an archive."""
    kind = draw(st.sampled_from(("", "", "gz", "zip", "zip of two", "gz of gz")))
    if kind.startswith("gz"):
        data = gzip.compress(data, mtime=0)
        return gzip.compress(data, mtime=0) if kind == "gz of gz" else data
    if kind.startswith("zip"):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for n in range(2 if kind == "zip of two" else 1):
                archive.writestr(f"{n}.csv", data)
        return out.getvalue()
    return data


def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """As it is, cut off, with a byte turned, or nothing at all."""
    kind = draw(st.sampled_from(("", "", "", "cut", "turned", "empty", "noise")))
    at = draw(st.integers(0, max(0, len(data) - 1)))
    if kind == "cut":
        return data[:at]
    if kind == "turned" and data:
        return data[:at] + bytes([data[at] ^ 1 << draw(st.integers(0, 7))]) + data[at + 1 :]
    return {"": data, "turned": data, "empty": b"", "noise": draw(st.binary(max_size=200))}[kind]


@dataclass(frozen=True)
class Handed:
    """What lies in raw for a day's records: one to three deliveries, by name."""

    raw: dict[str, bytes]
    rows: int | None
    """How many rows that is; None where it cannot be known, because a file is not whole."""


@st.composite
def days(draw: st.DrawFn) -> Handed:
    """A day, corrupted."""
    found, counted = {}, 0
    for number in range(1, 1 + draw(st.sampled_from((1, 1, 1, 2, 3)))):
        rows: Rows = flights(DAY, ROWS)
        for fault in draw(st.lists(st.sampled_from(FAULTS), max_size=3)):
            rows = fault(draw, rows)
        written = draw(st.sampled_from((as_csv, as_csv, as_json, as_parquet)))(draw, rows)
        sent = damaged(draw, packed(draw, written))
        middle = "" if number == 1 else f".{number}" + draw(st.sampled_from(("", ".whole")))
        plain = sent == written == _plain(rows)
        counted = len(rows) + (0 if "whole" in middle else counted) if plain and counted >= 0 else -1
        form = draw(st.sampled_from(("csv", "csv.gz", "jsonl", "parquet")))  # the name may well be wrong
        found[f"records{middle}.{form}"] = sent
    return Handed(found, counted if counted >= 0 else None)


def _plain(rows: Rows) -> bytes:
    """The rows as CSV with nothing wrong with the file itself."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(errors="replace")
