"""Patterns over space-delimited lines, e.g. [ip, user, ..., status = 4* && status != 403, bytes > 1000]."""

from __future__ import annotations

import re
from dataclasses import dataclass

from emulator.cloudwatch.errors import invalid_pattern
from emulator.cloudwatch.logs.conditions import Condition, Match

_FIELD = re.compile(r'\[([^\]]*)\]|"([^"]*)"|(\S+)')
_CONDITION = re.compile(r'\s*(\w+)\s*(!=|<=|>=|=|<|>)\s*("[^"]*"|[^\s&|"]+)\s*(&&|\|\||$)')
_COMMA = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')  # outside quotes
ELLIPSIS = "..."


@dataclass(frozen=True)
class _Column:
    name: str  # empty: it has none
    alternatives: tuple[tuple[Condition, ...], ...] = ()  # one of these must hold wholly

    def fits(self, value: str) -> bool:
        return not self.alternatives or any(all(c.holds(value) for c in group) for group in self.alternatives)


class FieldsPattern:
    """A pattern in square brackets; every field of the line has a column, but for an ellipsis."""

    def __init__(self, text: str) -> None:
        if not text.endswith("]"):
            raise invalid_pattern(text, "a closing bracket")
        columns = [part.strip() for part in _COMMA.split(text[1:-1])]
        if columns.count(ELLIPSIS) > 1:
            raise invalid_pattern(text, "at most one ...")
        self._gap = columns.index(ELLIPSIS) if ELLIPSIS in columns else None
        self._columns = [_column(column, text) for column in columns if column != ELLIPSIS]

    def match(self, line: str) -> Match | None:
        """The line as a match; None when it does not fit."""
        fields = [next(group for group in found if group) if any(found) else "" for found in _FIELD.findall(line)]
        skipped = len(fields) - len(self._columns)
        if skipped < 0 or (skipped and self._gap is None):
            return None
        before = len(self._columns) if self._gap is None else self._gap
        places = [*range(before), *range(before + skipped, len(fields))]
        if not all(column.fits(fields[at]) for column, at in zip(self._columns, places, strict=True)):
            return None
        named = {f"${column.name}": fields[at] for column, at in zip(self._columns, places, strict=True) if column.name}
        taken = {at for column, at in zip(self._columns, places, strict=True) if column.name}
        numbered = {f"${at + 1}": value for at, value in enumerate(fields) if at not in taken}
        values = {**numbered, **named}
        return Match(values.get, tuple(values))


def _column(text: str, pattern: str) -> _Column:
    if not re.search(r"[=<>]", text):
        if not re.fullmatch(r"[\w-]*", text):
            raise invalid_pattern(pattern, f"a name, or a condition on it, not {text!r}")
        return _Column(text)
    name, at = "", 0
    groups: list[list[Condition]] = [[]]
    while at < len(text):
        match = _CONDITION.match(text, at)
        if not match or (name and match[1] != name):
            raise invalid_pattern(pattern, f"conditions on one name, joined by && or ||, not {text!r}")
        name, at = match[1], match.end()
        quoted = match[3].startswith('"')
        groups[-1].append(Condition(match[2], match[3].strip('"'), quoted=quoted))
        if match[4] == "||":
            groups.append([])
    return _Column(name, tuple(tuple(group) for group in groups))
