"""What a day is judged by, and what an expectation says when it is broken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from cumulet.core.day_statistics import TableStatistics

HISTORY_DAYS = 28
"""So many days before a day are what it is judged by."""

Day = Mapping[str, TableStatistics]
"""The statistics of a day, by table."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a day is judged by."""

    day: date
    cut_off: datetime
    today: Day
    history: Mapping[date, Day]

    def before(self, table: str, like: bool = False) -> dict[date, TableStatistics]:
        """The earlier days that had the table, in order; `like`: of the same weekday."""
        days = {day: tables[table] for day, tables in sorted(self.history.items()) if table in tables}
        return {day: each for day, each in days.items() if not like or day.weekday() == self.day.weekday()}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A broken expectation: what was found, what was expected, what to do, and whether it stops the day."""

    expectation: str
    table: str
    column: str = ""
    found: float
    low: float | None = None
    high: float | None = None
    message: str
    stops: bool
    history: tuple[tuple[str, float], ...] = ()
    """(day, the same figure then), for the plot."""
