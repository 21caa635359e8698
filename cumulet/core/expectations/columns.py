"""Expectations of a table's columns: how much is missing, where the mean lies, how new and how known the values are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from cumulet.core.day_statistics import ColumnStatistics
from cumulet.core.expectations.context import Context, Finding

LEAST_DAYS = 7
"""Days with rows that a column is judged by."""


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
