"""A CSV file as valid, typed columns and refused rows, each refusal with its reasons. Pure: bytes in, values out."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cumulet.contracts.errors import Problem, SchemaError
from cumulet.core import personal
from cumulet.core.schema import Columns, Field, Schema, rows, select

Rule = Callable[[Columns], Iterator[tuple[int, Problem]]]
"""What a night asks of the valid rows of a table besides its schema: positions, and what is wrong there."""


Problems = dict[int, list[Problem]]
"""By position of the row."""


@dataclass(frozen=True)
class Refusal:
    """A refused row (or a whole file, on line 0 without a row), as quarantine keeps it."""

    line: int
    row: dict[str, Any]
    problems: tuple[Problem, ...]

    def to_json(self) -> str:
        """One line of JSON."""
        problems = [{"field": p.field, "value": _plain(p.value), "remedy": p.remedy} for p in self.problems]
        return json.dumps({"line": self.line, "problems": problems, "row": self.row}, ensure_ascii=False)


@dataclass(frozen=True, kw_only=True)
class Table:
    """What became of one raw table: rows = rows of `columns` + quarantined."""

    columns: Columns
    refusals: tuple[Refusal, ...] = ()
    quarantined: int = 0
    ignored: tuple[str, ...] = field(default=())

    @property
    def counts(self) -> dict[str, int]:
        """rows, valid and quarantined."""
        valid = rows(self.columns)
        return {"rows": valid + self.quarantined, "valid": valid, "quarantined": self.quarantined}


def validate(data: bytes | None, schema: Schema, rule: Rule | None = None) -> Table:
    """Read a CSV file (None: it did not come) by its schema; of rows with the same key the first is kept.

    A file that cannot be read, or that lacks a required column, is refused as a whole; its rows stay in raw.
    """
    if not (data or b"").strip():
        return Table(columns=schema.columns([]))
    try:
        header, lines, cells = _read(data or b"", schema)
    except SchemaError as error:
        lost = max(1, len([line for line in (data or b"").splitlines() if line.strip()]) - 1)
        return Table(columns=schema.columns([]), refusals=(Refusal(0, {}, error.problems),), quarantined=lost)
    problems: Problems = {}
    uneven = {n for n, row in enumerate(cells) if len(row) != len(header)}
    for n in uneven:
        problems[n] = [Problem("", len(cells[n]), f"give {len(header)} cells, one per column of the header")]
    columns = _columns(schema, header, cells, uneven, problems)
    _refuse_duplicates(schema, columns, lines, problems)
    for n, problem in personal.in_unknown_columns(header, cells, schema.names):
        problems.setdefault(n, []).append(problem)
    kept = np.array([n for n in range(len(cells)) if n not in problems], dtype=int)
    for n, problem in rule(select(columns, kept)) if rule else ():
        problems.setdefault(int(kept[n]), []).append(problem)
    refusals = [Refusal(lines[n], _row(header, cells[n]), tuple(problems[n])) for n in sorted(problems)]
    valid = select(columns, np.array([n for n in range(len(cells)) if n not in problems], dtype=int))
    ignored = tuple(name for name in header if name not in schema.names)
    return Table(columns=valid, refusals=tuple(refusals), quarantined=len(refusals), ignored=ignored)


def _read(data: bytes, schema: Schema) -> tuple[list[str], list[int], list[list[str]]]:
    """Header, line numbers and cells. Raises SchemaError when the file as a whole cannot be used."""
    lines, cells = [], []
    try:
        reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        header = [name.strip() for name in next(reader)]
        for row in reader:
            if row:
                lines.append(reader.line_num)
                cells.append(row)
    except UnicodeDecodeError as error:
        raise _unusable("encoding", f"byte {error.start}", "save the file as UTF-8") from error
    except csv.Error as error:
        raise _unusable("line", str(error), "write CSV as in RFC 4180: comma, double quotes around quotes") from error
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise _unusable("header", doubled, "name each column once")
    absent = [f for f in schema.fields if not f.nullable and f.name not in header]
    if absent:
        found = tuple(Problem(f.name, None, f"add the column {f.name}: {f.description}") for f in absent)
        raise SchemaError(f"{schema.name}: columns are missing", found)
    return header, lines, cells


def _unusable(name: str, value: Any, remedy: str) -> SchemaError:
    return SchemaError(f"{name}={value}: {remedy}", (Problem(name, value, remedy),))


def _columns(
    schema: Schema, header: list[str], cells: list[list[str]], uneven: set[int], problems: Problems
) -> Columns:
    """Typed columns of all rows; where a value is refused it is missing, and `problems` says why."""
    columns: Columns = {}
    for each in schema.fields:
        if each.name not in header:
            columns[each.name] = each.column([None] * len(cells))
            continue
        at = header.index(each.name)
        texts = ["" if n in uneven else row[at] for n, row in enumerate(cells)]
        columns[each.name] = _column(each, texts, uneven, problems)
    return columns


def _column(each: Field, texts: Sequence[str], uneven: set[int], problems: Problems) -> np.ndarray:
    """Each distinct text is parsed and checked once: most columns hold few of them."""
    known: dict[str, tuple[Any, Problem | None]] = {}
    for text in set(texts):
        value = each.parse(text)
        problem = each.check(value)
        known[text] = (None if problem else value, problem)
    if any(problem for _, problem in known.values()):
        for n, text in enumerate(texts):
            problem = known[text][1]
            if problem and n not in uneven:
                problems.setdefault(n, []).append(problem)
    return each.column([known[text][0] for text in texts])


def _refuse_duplicates(schema: Schema, columns: Columns, lines: list[int], problems: Problems) -> None:
    first: dict[tuple[Any, ...], int] = {}
    for n, key in enumerate(zip(*(columns[name].tolist() for name in schema.key), strict=True)):
        if n in problems:
            continue
        if key in first:
            remedy = f"give it once: line {lines[first[key]]} has the same {', '.join(schema.key)}, and is kept"
            problems[n] = [Problem("+".join(schema.key), "/".join(map(str, key)), remedy)]
        else:
            first[key] = n


def _row(header: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    """The row as it came; cells beyond the header are kept under an empty name."""
    row: dict[str, Any] = dict(zip(header, cells, strict=False))
    return {**row, "": list(cells[len(header) :])} if len(cells) > len(header) else row


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
