"""Refused rows, as quarantine keeps them: each with its reasons, up to a number that a function's memory bears."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cumulet.contracts.errors import Problem

KEPT = 10_000
"""Rows of a file that quarantine keeps; of the others it keeps how many had which reason, and they stay in raw."""
KEPT_CELLS = 1_000_000
"""Cells of the rows of a file that quarantine keeps: fewer rows where they are wide."""
SHOWN = 200
"""Characters of a value."""


@dataclass(frozen=True)
class Refusal:
    """A refused row (or a whole file, or the rest of one: line 0 without a row), as quarantine keeps it."""

    line: int
    row: Mapping[str, Any]
    problems: tuple[Problem, ...]
    delivery: str = ""
    """The raw object, where it is not the table's only one."""

    def to_json(self) -> str:
        """One line of JSON."""
        problems = [{"field": p.field, "value": _plain(p.value), "remedy": p.remedy} for p in self.problems]
        told: dict[str, Any] = {"line": self.line, "problems": problems}
        told |= {"delivery": self.delivery} if self.delivery else {}
        try:
            return json.dumps({**told, "row": self.row}, ensure_ascii=False, allow_nan=False, default=repr)
        except (ValueError, RecursionError):  # NaN, or lists a thousand deep
            return json.dumps({**told, "row": {name: _plain(v) for name, v in self.row.items()}}, ensure_ascii=False)


@dataclass
class Refusals:
    """Collects the refusals of a file."""

    delivery: str = ""
    kept: list[Refusal] = field(default_factory=list)
    rows: int = 0
    duplicates: int = 0
    _cells: int = 0
    _rest: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, line: int, row: Mapping[str, Any], problems: list[Problem]) -> None:
        """Refuse one row."""
        self.rows += 1
        if len(self.kept) < KEPT and self._cells < KEPT_CELLS:
            self._cells += len(row)
            self.kept.append(Refusal(line, row, tuple(problems), self.delivery))
        else:
            self._rest.update({(p.field, p.remedy) for p in problems})

    def file(self, rows: int, problems: tuple[Problem, ...]) -> None:
        """Refuse a whole file, whose rows (1 where they cannot be counted) stay in raw."""
        self.rows += rows
        self.kept.append(Refusal(0, {}, problems, self.delivery))

    def all(self) -> list[Refusal]:
        """What quarantine is told."""
        if not self._rest:
            return self.kept
        more = tuple(Problem(name, f"{n} more rows", remedy) for (name, remedy), n in sorted(self._rest.items()))
        return [*self.kept, Refusal(0, {}, more, self.delivery)]


def _plain(value: Any) -> Any:
    """A value that JSON can hold, of a length that people can read."""
    if isinstance(value, str):
        return value if len(value) <= SHOWN else f"{value[:SHOWN]}…"
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    try:
        return str(value)[:SHOWN]
    except RecursionError:
        return type(value).__name__
