"""What is expected of a day before it may do any harm: each expectation judges a day by its statistics and by those of
the days before it.

Ranges come from medians over the days before, which a few odd days do not move. What is too young to be judged (three
days of the same weekday for a volume, a week for the rest) is not judged.
Source: Huber, Ronchetti (2009), Robust Statistics, on medians; Schelter et al. (2018), Automating large-scale data
quality verification, PVLDB 11(12), on declared constraints over kept statistics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from cumulet.core.day_statistics import ColumnStatistics, TableStatistics
from cumulet.core.schema import Schema

HISTORY_DAYS = 28
"""So many days before a day are what it is judged by."""
LEAST_DAYS = 7
LIKE_DAYS = 3
"""Days of the same weekday that a volume needs."""

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
class Missing:
    """A nullable column lacks at most `more` of its rows more than the median day does."""

    table: str
    columns: tuple[str, ...]
    more: float = 0.4
    stops: bool = True

    def judge(self, context: Context) -> Iterator[Finding]:
        """A finding for each column that lacks more."""
        for name, today, before in _columns(context, self.table, self.columns):
            usual = median(each.missing_share for each in before.values())
            if today.present + today.missing and today.missing_share > usual + self.more:
                yield Finding(
                    expectation="missing",
                    table=self.table,
                    column=name,
                    found=today.missing_share,
                    high=usual + self.more,
                    message=f"{self.table}.{name}: {today.missing_share:.0%} missing, usually {usual:.0%}: "
                    "ask the source for the column",
                    stops=self.stops,
                    history=_history(before, lambda each: each.missing_share),
                )


@dataclass(frozen=True, kw_only=True)
class Level:
    """The mean of a column is within a share of the median day's mean: another unit is not."""

    table: str
    columns: tuple[str, ...]
    within: float = 0.25
    stops: bool = True

    def judge(self, context: Context) -> Iterator[Finding]:
        """A finding for each column that lies elsewhere."""
        for name, today, before in _columns(context, self.table, self.columns):
            means = {day: each for day, each in before.items() if each.mean is not None}
            if today.mean is None or len(means) < LEAST_DAYS:
                continue
            usual = median(each.mean or 0.0 for each in means.values())
            room = abs(usual) * self.within
            if abs(today.mean - usual) > room:
                yield Finding(
                    expectation="level",
                    table=self.table,
                    column=name,
                    found=today.mean,
                    low=usual - room,
                    high=usual + room,
                    message=f"{self.table}.{name}: mean {today.mean:.4g}, usually {usual:.4g} "
                    f"({today.mean / usual if usual else float('nan'):.2f} times): is it in another unit?",
                    stops=self.stops,
                    history=_history(means, lambda each: each.mean or 0.0),
                )


@dataclass(frozen=True, kw_only=True)
class Fresh:
    """The newest moment of a column is at most `hours` before the cut-off."""

    table: str
    column: str
    hours: float = 24
    stops: bool = True

    def judge(self, context: Context) -> Iterator[Finding]:
        """The finding, where there is one; a table without rows has no age (its volume is judged)."""
        newest = context.today[self.table].columns[self.column].newest
        if newest is None:
            return
        age = (context.cut_off.replace(tzinfo=None) - datetime.fromisoformat(newest)) / timedelta(hours=1)
        if age > self.hours:
            yield Finding(
                expectation="fresh",
                table=self.table,
                column=self.column,
                found=age,
                high=self.hours,
                message=f"{self.table}.{self.column}: the newest is {age:.0f} hours before the cut-off, {self.hours:g} "
                "pass: is it an old file?",
                stops=self.stops,
            )


@dataclass(frozen=True, kw_only=True)
class Categories:
    """At most a share `most` of the rows has a value that no earlier day had."""

    table: str
    columns: tuple[str, ...]
    most: float = 0.2
    stops: bool = True

    def judge(self, context: Context) -> Iterator[Finding]:
        """A finding for each column with too many new values."""
        for name, today, before in _columns(context, self.table, self.columns):
            known = {value for each in before.values() for value in each.counts or ()}
            if today.counts is None or not known or not today.present:
                continue
            new = {value: n for value, n in today.counts.items() if value not in known}
            share = sum(new.values()) / today.present
            if share > self.most:
                shown = ", ".join(sorted(new, key=lambda value: (-new[value], value))[:5])
                yield Finding(
                    expectation="categories",
                    table=self.table,
                    column=name,
                    found=share,
                    high=self.most,
                    message=f"{self.table}.{name}: {share:.0%} of the rows have new values ({shown}): "
                    "were codes changed?",
                    stops=self.stops,
                )


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


Expectation = Volume | Refused | Unique | Missing | Level | Fresh | Categories | Repeated


def derived(records: Schema, tables: Sequence[str]) -> tuple[Expectation, ...]:
    """What can be expected of any use case: volume, refused and repeated rows, and no column suddenly empty."""
    nullable = tuple(each.name for each in records.fields if each.nullable)
    return (
        Volume(table="records"),
        Refused(table="records"),
        Unique(table="records"),
        Missing(table="records", columns=nullable),
        Repeated(tables=("records", *tables)),
    )


def judge(expectations: Sequence[Expectation], context: Context) -> list[Finding]:
    """Every broken expectation, those that stop the day first."""
    found = [finding for each in expectations for finding in each.judge(context)]
    return sorted(found, key=lambda finding: not finding.stops)


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


def _columns(
    context: Context, table: str, names: Sequence[str]
) -> Iterator[tuple[str, ColumnStatistics, dict[date, ColumnStatistics]]]:
    """Columns that can be judged: name, today's statistics, and those of the days before that had rows."""
    for name in names:
        before = {day: each.columns[name] for day, each in context.before(table).items() if name in each.columns}
        before = {day: each for day, each in before.items() if each.present + each.missing}
        if len(before) >= LEAST_DAYS:
            yield name, context.today[table].columns[name], before


def _history(
    before: Mapping[date, ColumnStatistics], figure: Callable[[ColumnStatistics], float]
) -> tuple[tuple[str, float], ...]:
    return tuple((str(day), figure(each)) for day, each in before.items())
