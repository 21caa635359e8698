"""Somebody's keys in a text: whether they are there, and the text without them.

A key counts where it stands by itself: `F-12` is not in `F-123`, nor in `XF-12`, which are other people.
"""

from __future__ import annotations

import html
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
        """Whether a value is one of the keys; a whole number is the text that it is written as."""
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value) in self.keys
        return isinstance(value, str) and normalised(value) in self.keys

    def is_in(self, data: bytes) -> bool:
        """Whether a key stands anywhere in bytes, in any spelling: composed, decomposed, escaped as in JSON, CSV and
        HTML, in UTF-8 or Windows' encoding."""
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
        ways = (str, lambda form: json.dumps(form)[1:-1], lambda form: form.replace('"', '""'), html.escape)
        return sorted({way(form) for form in forms for way in ways}, key=lambda text: (-len(text), text))

    @cached_property
    def _text(self) -> re.Pattern[str]:
        return re.compile(f"(?<![{WORD}])(?:{'|'.join(map(re.escape, self._spellings))})(?![{WORD}])")

    @cached_property
    def _bytes(self) -> re.Pattern[bytes]:
        every = {text.encode(errors="surrogatepass"): None for text in self._spellings}
        every |= {text.encode("cp1252", errors="ignore"): None for text in self._spellings if _is_western(text)}
        return re.compile(b"(?<![%b])(?:%b)(?![%b])" % (WORD.encode(), b"|".join(map(re.escape, every)), WORD.encode()))


@dataclass(frozen=True)
class Redacted:
    """What is left of an object, and how many rows (or golden records) of it went."""

    data: bytes
    rows: int
    left: int = -1
    """Rows that are left, where the object is a table; 0: nothing is left to keep."""


def text_lines(data: bytes, subject: Subject) -> Redacted:
    """A text without the lines in which the subject stands, whatever its encoding."""
    lines = data.splitlines(keepends=True)
    kept = [line for line in lines if not subject.is_in(line)]
    return Redacted(b"".join(kept), len(lines) - len(kept))


def _is_western(text: str) -> bool:
    try:
        return bool(text.encode("cp1252"))
    except UnicodeEncodeError:
        return False
