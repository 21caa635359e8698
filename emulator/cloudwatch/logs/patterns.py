"""Filter patterns of CloudWatch Logs: text, `{ JSON }` and `[space-delimited]`.

Source: "Filter pattern syntax" in the Amazon CloudWatch Logs user guide. Regular expressions (%...%) are refused.
"""

from __future__ import annotations

import re
from functools import lru_cache

from emulator.cloudwatch.errors import invalid_pattern
from emulator.cloudwatch.logs.conditions import Match
from emulator.cloudwatch.logs.fields_pattern import FieldsPattern
from emulator.cloudwatch.logs.json_pattern import JsonPattern
from emulator.errors import NotImplementedByName

_TERM = re.compile(r'\s*(?P<sign>[-?]?)\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>[^\s"]+))')


class TextPattern:
    """Terms that a line contains: all of them, none with a minus, and one of those with a question mark."""

    def __init__(self, text: str) -> None:
        self._all: list[str] = []
        self._none: list[str] = []
        self._any: list[str] = []
        at = 0
        while text[at:].strip():
            match = _TERM.match(text, at)
            if not match:
                raise invalid_pattern(text, "a term or a closing quote")
            term = match["word"] if match["quoted"] is None else re.sub(r"\\(.)", r"\1", match["quoted"])
            {"": self._all, "-": self._none, "?": self._any}[match["sign"]].append(term)
            at = match.end()

    def match(self, line: str) -> Match | None:
        """The line as a match, of which nothing can be extracted; None when it does not fit."""
        wanted = all(term in line for term in self._all)
        if self._any and not self._all:
            wanted = any(term in line for term in self._any)
        return Match(lambda name: None) if wanted and not any(term in line for term in self._none) else None


Pattern = TextPattern | JsonPattern | FieldsPattern


@lru_cache(maxsize=512)
def compile_pattern(text: str) -> Pattern:
    """The pattern that a text is. Raises InvalidParameterException, or NotImplementedByName for %regex%."""
    stripped = text.strip()
    if re.search(r"(^|[\s=])%.+%", stripped):
        raise NotImplementedByName("A regular expression (%...%) in a filter pattern", "use terms, or * in a value")
    if stripped.startswith("{"):
        return JsonPattern(stripped)
    if stripped.startswith("["):
        return FieldsPattern(stripped)
    return TextPattern(stripped)
