"""JSON Lines: one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from cumulet.contracts.errors import Problem
from cumulet.core.fields import Field
from cumulet.core.schema import Schema
from lambdas.ingest.chunks import Chunk, lines_of, misread, parts

LONGEST = 1_000_000
"""Characters of a line: an object of a million names takes twenty times the memory of its text."""
SHOWN = 1000
"""Characters of a line that quarantine keeps when it is no object."""


def read(data: bytes, schema: Schema) -> Iterator[Chunk]:
    """The rows of a JSON Lines file. Raises SchemaError when it is not in its encoding."""
    try:
        numbered = ((n, line) for n, line in enumerate(lines_of(data, newline="\n"), start=1) if line.strip())
        for rows in parts(numbered, lambda row: row[1].count(":")):
            yield _chunk(schema, rows)
    except UnicodeError as error:
        raise misread(data) from error


def same(each: Field, value: Any) -> Any:
    """The value itself: it came with a type."""
    return value


def _chunk(schema: Schema, rows: Sequence[tuple[int, str]]) -> Chunk:
    objects = [_object(text) for _, text in rows]
    wanted = f"write one JSON object a line, of at most {LONGEST:,} characters"
    problems = {n: [Problem("", rows[n][1][:SHOWN], wanted)] for n, each in enumerate(objects) if each is None}
    came = {name for each in objects if each for name in each}
    return Chunk(
        lines=[line for line, _ in rows],
        values={name: [each.get(name) if each else None for each in objects] for name in schema.names if name in came},
        parse=same,
        row=lambda n: objects[n] or {"": rows[n][1][:SHOWN]},
        unknown=frozenset(came) - set(schema.names),
        problems=problems,
    )


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
