"""Expectations of a table's rows: how many there are, how many are refused or come twice, and that they are new."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from cumulet.core.day_statistics import TableStatistics
from cumulet.core.expectations.context import Context, Finding

LIKE_DAYS = 3
"""Days of the same weekday that a volume needs."""


@dataclass(frozen=True, kw_only=True)
class Volume:
    """Valid rows between `least` and `most` times the median of the same weekday."""

    table: str
    least: float = 0.6
    most: float = 1.7
    stops: bool = True

    def judge(self, context: Context) -> Iterator[Finding]:
        """The finding, where there is one."""
        before = {day: each.valid for day, each in context.before(self.table, like=True).items()}
        if len(before) < LIKE_DAYS:
            return
        found, usual = context.today[self.table].valid, median(before.values())
        low, high = self.least * usual, self.most * usual
        if not low <= found <= high:
            usually = f"{context.day:%A}s have {usual:g}, and {low:.0f} to {high:.0f} pass"
            yield Finding(
                expectation="volume",
                table=self.table,
                found=found,
                low=low,
                high=high,
                message=f"{self.table}: {found} valid rows; {usually}: "
                "hand over what is missing, or accept the day if it was like that",
                stops=self.stops,
                history=tuple((str(day), float(n)) for day, n in before.items()),
            )


@dataclass(frozen=True, kw_only=True)
class Refused:
    """At most a share `most` of the rows is quarantined."""

    table: str
    most: float = 0.2
    stops: bool = True

    def judge(self, context: Context) -> Iterator[Finding]:
        """The finding, where there is one."""
        yield from _share(self, context, "refused", lambda t: t.quarantined, "broke the schema: see quarantine")


@dataclass(frozen=True, kw_only=True)
class Unique:
    """At most a share `most` of the rows repeats another row's key."""

    table: str
    most: float = 0.05
    stops: bool = True

    def judge(self, context: Context) -> Iterator[Finding]:
        """The finding, where there is one."""
        yield from _share(self, context, "unique", lambda t: t.duplicates, "came twice: hand each over once")


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """No raw object has the content of an earlier day's."""

    tables: tuple[str, ...]
    stops: bool = True

    def judge(self, context: Context) -> Iterator[Finding]:
        """A finding for each table that came before."""
        for table in self.tables:
            today = context.today[table]
            for day, each in context.before(table).items():
                if today.rows and set(today.digests) & set(each.digests):
                    yield Finding(
                        expectation="repeated",
                        table=table,
                        found=today.rows,
                        message=f"{table}: the file of {day} again, byte for byte: hand over this day's",
                        stops=self.stops,
                    )


def _share(
    expectation: Refused | Unique, context: Context, name: str, count: Callable[[TableStatistics], int], why: str
) -> Iterator[Finding]:
    today = context.today[expectation.table]
    share = count(today) / max(1, today.rows)
    if share > expectation.most:
        history = {day: count(each) / max(1, each.rows) for day, each in context.before(expectation.table).items()}
        yield Finding(
            expectation=name,
            table=expectation.table,
            found=share,
            high=expectation.most,
            message=f"{expectation.table}: {count(today)} of {today.rows} rows ({share:.0%}) {why}; "
            f"{expectation.most:.0%} pass",
            stops=expectation.stops,
            history=tuple((str(day), value) for day, value in history.items()),
        )
