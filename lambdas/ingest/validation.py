"""A raw table as valid, typed columns and refused rows, each refusal with its reasons. Pure: bytes in, values out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from cumulet.contracts.errors import Problem, SchemaError
from cumulet.core import personal
from cumulet.core.schema import Columns, Field, Schema, concatenate, rows, select
from lambdas.ingest import csv_rows, json_rows, parquet_rows
from lambdas.ingest.chunks import Chunk, Reader
from lambdas.ingest.refusals import SHOWN, Refusal, Refusals
from lambdas.ingest.unpack import MEGABYTE, too_large, unpack, unusable

LIMIT = 64 * MEGABYTE
PARQUET = b"PAR1"
MOST_IGNORED = 100
"""Names of ignored columns that are kept."""
Rule = Callable[[Columns], Iterator[tuple[int, Problem]]]
"""What a night asks of the valid rows of a table besides its schema: positions, and what is wrong there."""
Key = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """What became of one raw table: rows = rows of `columns` + quarantined + replaced by a later delivery."""

    columns: Columns
    refusals: tuple[Refusal, ...] = ()
    quarantined: int = 0
    replaced: int = 0
    duplicates: int = 0
    """Of the quarantined ones those whose key another row of the same delivery has."""
    ignored: tuple[str, ...] = field(default=())
    raw: str = ""
    """sha256 of the file that it was read from; empty when none came."""

    @property
    def counts(self) -> dict[str, int]:
        """rows, valid and quarantined; replaced where there are any."""
        valid = rows(self.columns)
        counts = {"rows": valid + self.quarantined + self.replaced, "valid": valid, "quarantined": self.quarantined}
        return counts | ({"replaced": self.replaced} if self.replaced else {})


@dataclass(frozen=True)
class Raw:
    """One raw object: its name, its size, and its content, which is not even read when it is above the limit."""

    name: str
    size: int
    data: bytes | None


def validate(data: bytes | None, schema: Schema, rule: Rule | None = None, limit: int = LIMIT) -> Table:
    """The one file that a table came in (None: it did not come), by its schema."""
    return table_of([] if data is None else [Raw("", len(data), data)], schema, rule, limit)


def table_of(raws: Sequence[Raw], schema: Schema, rule: Rule | None = None, limit: int = LIMIT) -> Table:
    """A table from its deliveries, the oldest first: of rows with the same key the latest delivery's is kept, within a
    delivery the first one.

    A file that cannot be read, or that lacks a required column, is refused as a whole; its rows stay in raw.
    """
    parts: list[Columns] = []
    refusals: list[Refusals] = []
    ignored: set[str] = set()
    seen: set[Key] = set()
    replaced = 0
    for raw in reversed(raws):
        delivery = _Delivery(schema, rule, seen, Refusals(raw.name if len(raws) > 1 else ""))
        try:
            for chunk in _chunks(raw, schema, limit):
                delivery.add(chunk)
        except SchemaError as error:
            delivery = _Delivery(schema, rule, seen, Refusals(delivery.refusals.delivery))
            delivery.refusals.file(error.rows, error.problems)
        parts += reversed(delivery.parts)
        refusals.append(delivery.refusals)
        seen.update(delivery.lines)
        ignored |= delivery.unknown
        replaced += delivery.replaced
    return Table(
        columns=concatenate(reversed(parts)) if parts else schema.columns([]),
        refusals=tuple(refusal for each in reversed(refusals) for refusal in each.all()),
        quarantined=sum(each.rows for each in refusals),
        replaced=replaced,
        duplicates=sum(each.duplicates for each in refusals),
        ignored=_named(ignored),
    )


def _named(ignored: set[str]) -> tuple[str, ...]:
    """The names of ignored columns as the manifest and the log repeat them: the first ones, and that there are more."""
    shown = tuple(sorted(ignored)[:MOST_IGNORED])
    return (*shown, "…") if len(ignored) > MOST_IGNORED else shown


def _chunks(raw: Raw, schema: Schema, limit: int) -> Iterator[Chunk]:
    """The rows of a raw object, by what its content is. Raises SchemaError, at any chunk."""
    if raw.data is None or raw.size > limit:
        raise too_large(f"{raw.size / MEGABYTE:.1f} MB", limit)
    data = unpack(raw.data, limit)
    if data.strip():
        yield from _reader(data, limit)(data, schema)


def _reader(data: bytes, limit: int) -> Reader:
    if data.startswith(PARQUET):
        return partial(parquet_rows.read, limit=limit)
    start = data[:1000].removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if start.replace(b"\0", b"").lstrip().startswith(b"["):
        raise unusable("file", "a JSON list", "write JSON Lines: one object a line, no list around them")
    return json_rows.read if start.replace(b"\0", b"").lstrip().startswith(b"{") else csv_rows.read


@dataclass
class _Delivery:
    """One raw object on its way to columns, chunk by chunk."""

    schema: Schema
    rule: Rule | None
    later: set[Key]
    """The keys of later deliveries: their rows replace those of this one."""
    refusals: Refusals
    parts: list[Columns] = field(default_factory=list)
    lines: dict[Key, int] = field(default_factory=dict)
    """The line on which each key came first."""
    unknown: set[str] = field(default_factory=set)
    replaced: int = 0

    def add(self, chunk: Chunk) -> None:
        """Check the rows of a chunk; what is valid is kept as columns."""
        problems = chunk.problems
        columns = {each.name: _column(each, chunk) for each in self.schema.fields}
        _refuse_strangers(chunk)
        sound = np.array([n for n in range(len(chunk.lines)) if n not in problems], dtype=int)
        for n, problem in self.rule(select(columns, sound)) if self.rule else ():
            problems.setdefault(int(sound[n]), []).append(problem)
        kept = [n for n, key in self._keys(columns) if n not in problems and self._first(n, key, chunk)]
        for n in sorted(problems):
            self.refusals.add(chunk.lines[n], chunk.row(n), problems[n])
        if len(self.unknown) < MOST_IGNORED:
            self.unknown |= {personal.mask(name)[:SHOWN] for name in sorted(chunk.unknown)[: MOST_IGNORED + 1]}
        self.parts.append(select(columns, np.array(kept, dtype=int)))

    def _keys(self, columns: Columns) -> Iterator[tuple[int, Key]]:
        return enumerate(zip(*(columns[name].tolist() for name in self.schema.key), strict=True))

    def _first(self, n: int, key: Key, chunk: Chunk) -> bool:
        """Whether a valid row is the one to keep of those with its key; notes why it is not."""
        line = self.lines.setdefault(key, chunk.lines[n])
        if line != chunk.lines[n]:
            names = ", ".join(self.schema.key)
            remedy = f"give it once: line {line} has the same {names}, and is kept"
            chunk.problems[n] = [Problem("+".join(self.schema.key), "/".join(map(str, key)), remedy)]
            self.refusals.duplicates += 1
            return False
        if key in self.later:
            self.replaced += 1
            return False
        return True


def _refuse_strangers(chunk: Chunk) -> None:
    """Refuse rows with personal data in columns that the schema does not know; each distinct cell is looked at once."""
    if not chunk.unknown:
        return
    rows_ = [_texts(chunk.row(n)) for n in range(len(chunk.lines))]
    cells: set[tuple[str, Any]] = set().union(*rows_)
    remedies = {
        (name, text): remedy
        for name, text in cells
        if name in chunk.unknown and isinstance(text, str) and (remedy := personal.refusal(text, name))
    }
    for n, row in enumerate(rows_ if remedies else ()):
        for name, text in row & remedies.keys():
            chunk.problems.setdefault(n, []).append(Problem(name, personal.mask(text, name), remedies[name, text]))


def _texts(row: Mapping[str, Any]) -> Any:
    """The cells of a row, nested values as text."""
    try:
        hash(tuple(row.values()))
        return row.items()
    except TypeError:
        return {
            name: repr_of(value) if isinstance(value, list | dict) else value for name, value in row.items()
        }.items()


def _column(each: Field, chunk: Chunk) -> np.ndarray:
    """The typed column of all rows; where a value is refused it is missing, and the chunk's problems say why.

    Each distinct value is parsed and checked once: most columns hold few of them.
    """
    raws = chunk.values.get(each.name)
    if raws is None:
        return _absent(each, chunk)
    known: dict[Any, tuple[Any, Problem | None]] = {}
    found = []
    for raw in raws:
        mark = raw if raw.__class__ is str else _mark(raw)
        if (checked := known.get(mark)) is None:
            checked = known[mark] = _checked(each, chunk.parse(each, raw))
        found.append(checked[0])
    if any(problem for _, problem in known.values()):
        unread = frozenset(n for n, problems in chunk.problems.items() if any(p.field == "" for p in problems))
        for n, raw in enumerate(raws):
            problem = known[raw if raw.__class__ is str else _mark(raw)][1]
            if problem and n not in unread:
                chunk.problems.setdefault(n, []).append(problem)
    return each.column(found)


def _absent(each: Field, chunk: Chunk) -> np.ndarray:
    """A column that did not come: missing where it may be, else every row that can be read is refused."""
    if not each.nullable:
        for n in range(len(chunk.lines)):
            if n not in chunk.problems or chunk.problems[n][0].field:
                chunk.problems.setdefault(n, []).append(
                    Problem(each.name, None, f"give {each.name}: {each.description}")
                )
    return each.column([None] * len(chunk.lines))


def _checked(each: Field, value: Any) -> tuple[Any, Problem | None]:
    problem = each.check(value)
    if problem is None and isinstance(value, str) and not _is_text(value):
        problem = Problem(each.name, value, "remove what is no text from it: NUL, or half of a surrogate pair")
    return (None if problem else value), problem


def _is_text(value: str) -> bool:
    try:
        return "\0" not in value and (value.isascii() or bool(value.encode()))
    except UnicodeEncodeError:
        return False


def _mark(raw: Any) -> Any:
    """What tells values of any type apart: 1, 1.0 and true are equal and yet three values; lists have no hash."""
    return (raw.__class__, raw if isinstance(raw, int | float | bytes | None) else repr_of(raw))


def repr_of(raw: Mapping[str, Any] | Sequence[Any] | Any) -> str:
    """A text of a nested value; one that is too deep for that is refused like any other nested value."""
    try:
        return repr(raw)
    except RecursionError:
        return type(raw).__name__
