"""Somebody's keys in a text, a CSV file, JSON or an archive: whether they are there, and the same without them.

A key counts where it stands by itself: `F-12` is not in `F-123`, nor in `XF-12`, which are other people.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cumulet.core.pseudonyms import normalised

ERASED = "[erased]"
WORD = "A-Za-z0-9_-"


@dataclass(frozen=True)
class Subject:
    """The keys of somebody (identifiers, pseudonyms, ids of records), and the columns in which they name a row."""

    keys: frozenset[str]
    columns: Collection[str]

    def is_named(self, value: Any) -> bool:
        """Whether a value is one of the keys."""
        return isinstance(value, str) and normalised(value) in self.keys

    def is_in(self, data: bytes) -> bool:
        """Whether a key stands anywhere in bytes, in any spelling: composed, decomposed, or escaped as in JSON."""
        return self._bytes.search(data) is not None

    def redacted(self, text: str) -> str:
        """The text with a word in the place of each key."""
        return self._text.sub(ERASED, text)

    def names_row(self, row: Any) -> bool:
        """Whether a JSON object is a row about them, or holds one."""
        if isinstance(row, dict):
            return any(self.is_named(row.get(name)) for name in self.columns) or any(map(self.names_row, row.values()))
        return isinstance(row, list) and any(map(self.names_row, row))

    @cached_property
    def _spellings(self) -> Sequence[str]:
        forms = {unicodedata.normalize(form, key) for key in self.keys for form in ("NFC", "NFD")}
        return sorted({*forms, *(json.dumps(form)[1:-1] for form in forms)}, key=lambda text: (-len(text), text))

    @cached_property
    def _text(self) -> re.Pattern[str]:
        return re.compile(f"(?<![{WORD}])(?:{'|'.join(map(re.escape, self._spellings))})(?![{WORD}])")

    @cached_property
    def _bytes(self) -> re.Pattern[bytes]:
        return re.compile(self._text.pattern.encode())


@dataclass(frozen=True)
class Redacted:
    """What is left of an object, and how many rows (or golden records) of it went."""

    data: bytes
    rows: int
    left: int = -1
    """Rows that are left, where the object is a table; 0: nothing is left to keep."""


def json_document(data: bytes, subject: Subject) -> Redacted:
    """JSON without the elements of lists that are about the subject; other mentions become a word.

    Read as text where it is no JSON after all.
    """
    try:
        value, rows = _scrubbed(json.loads(data), subject)
    except ValueError:
        return Redacted(subject.redacted(data.decode(errors="surrogateescape")).encode(errors="surrogateescape"), 0)
    indent = 1 if data.startswith(b"{\n ") else None
    separators = None if indent else (",", ":")
    text = json.dumps(value, indent=indent, separators=separators, ensure_ascii=False, sort_keys=True)
    return Redacted(text.encode(), rows)


def json_lines(data: bytes, subject: Subject) -> Redacted:
    """JSON Lines without the lines about the subject, the others as they are or with a word for a mention."""
    kept, rows = [], 0
    for line in data.splitlines(keepends=True):
        if not subject.is_in(line):
            kept.append(line)
        elif _parsed(line) is None or subject.names_row(_parsed(line)):
            rows += 1
        else:
            value, _ = _scrubbed(_parsed(line), subject)
            kept.append(json.dumps(value, ensure_ascii=False).encode() + b"\n")
    return Redacted(b"".join(kept), rows, len(kept))


def csv_file(data: bytes, subject: Subject) -> Redacted:
    """A CSV file without the rows about the subject. A row is theirs when a naming column (or, where the row does not
    fit the header, any cell) is a key; mentions elsewhere become a word. What is no CSV loses the lines with a key."""
    text = data.decode("utf-8-sig", errors="surrogateescape")
    try:
        header, *lines = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except (csv.Error, ValueError):
        kept = [line for line in data.splitlines(keepends=True) if not subject.is_in(line)]
        return Redacted(b"".join(kept), len(data.splitlines()) - len(kept))
    at = [n for n, name in enumerate(header) if name.strip() in subject.columns]
    rows = [row for row in lines if not _is_about(row, header, at, subject)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n" if "\r\n" in text else "\n")
    writer.writerows([header, *([subject.redacted(cell) for cell in row] for row in rows)])
    return Redacted(out.getvalue().encode(errors="surrogateescape"), len(lines) - len(rows))


def table_rows(key: str, data: bytes) -> list[dict[str, Any]]:
    """The rows of a CSV or JSON Lines object, as far as they can be read."""
    if key.endswith((".jsonl", ".ndjson")):
        return [row for row in map(_parsed, data.splitlines()) if isinstance(row, dict)]
    if not key.endswith(".csv"):
        return []
    text = io.StringIO(data.decode("utf-8-sig", errors="surrogateescape"), newline="")
    try:
        return list(csv.DictReader(text))
    except csv.Error:
        return []


def _is_about(row: Sequence[str], header: Sequence[str], at: Sequence[int], subject: Subject) -> bool:
    cells = [row[n] for n in at] if len(row) == len(header) else row
    return any(map(subject.is_named, cells))


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _scrubbed(value: Any, subject: Subject) -> tuple[Any, int]:
    """The value without what is about the subject, and how many elements of lists went."""
    if isinstance(value, str):
        return (ERASED if subject.is_named(value) else subject.redacted(value)), 0
    if isinstance(value, dict):
        found = {name: _scrubbed(each, subject) for name, each in value.items() if not subject.is_named(name)}
        return {name: each for name, (each, _) in found.items()}, sum(n for _, n in found.values())
    if isinstance(value, list):
        gone = [subject.names_row(each) and not _holds_rows(each, subject) for each in value]
        kept = [_scrubbed(each, subject) for each, goes in zip(value, gone, strict=True) if not goes]
        return [each for each, _ in kept], sum(gone) + sum(n for _, n in kept)
    return value, 0


def _holds_rows(value: Any, subject: Subject) -> bool:
    """Whether the row about the subject is deeper, in a list of this value's own."""
    if isinstance(value, list):
        return True
    return isinstance(value, dict) and any(
        isinstance(each, list) and subject.names_row(each) for each in value.values()
    )
