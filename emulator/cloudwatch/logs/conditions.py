"""Comparisons of a value in a log line with what a filter pattern says."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$")
_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Match:
    """A line that fits a pattern: the value of any `$.a.b` or `$name` in it, and the names the pattern speaks of."""

    get: Callable[[str], object]
    names: tuple[str, ...] = ()

    def values(self) -> dict[str, str]:
        """What the pattern speaks of, as text."""
        found = ((name, self.get(name)) for name in self.names)
        return {name: as_text(value) for name, value in found if value is not None}


@dataclass(frozen=True)
class Condition:
    """`operator` and what it compares with; text may have `*` for any text, unless it is a number."""

    operator: str
    text: str
    quoted: bool = False

    def holds(self, value: object) -> bool:
        """Whether a string, number or boolean fits; what is none of these never does."""
        if isinstance(value, (dict, list)) or value is None:
            return False
        if self.operator in _ORDERS:
            found, wanted = number(value), number(self.text)
            return found is not None and wanted is not None and _ORDERS[self.operator](found, wanted)
        return self._equal(value) is (self.operator == "=")

    def _equal(self, value: object) -> bool:
        wanted = None if self.quoted else number(self.text)
        found = number(value)
        if wanted is not None and found is not None:
            return wanted == found
        return bool(_wildcard(self.text).fullmatch(as_text(value)))


def as_text(value: object) -> str:
    """A JSON value as text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def number(value: object) -> float | None:
    """The number that a value is or spells, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    return float(value) if isinstance(value, str) and NUMBER.match(value) else None


@lru_cache(maxsize=1024)
def _wildcard(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)
