"""Samples by period, as GetMetricStatistics and GetMetricData see them: periods lie on their own grid.

Source of the retention: "Metrics retention" in the Amazon CloudWatch user guide: periods below 60 s are there for
3 hours, 60 s for 15 days, 300 s for 63 days, 3600 s for 455 days. Here the samples themselves stay, and are not shown
at a finer period than AWS would still have.
"""

from __future__ import annotations

from datetime import datetime

from emulator.cloudwatch.alarms import Query
from emulator.cloudwatch.errors import invalid
from emulator.cloudwatch.statistics import Sample
from emulator.cloudwatch.store import Store

HOUR_S, DAY_S = 3600, 86_400
RETENTION = ((60, 3 * HOUR_S), (300, 15 * DAY_S), (3600, 63 * DAY_S))  # (shorter periods than this, seen so long)
KEPT_S = 455 * DAY_S
UnitPeriods = dict[tuple[int, str], list[Sample]]


def check_span(start: datetime, end: datetime) -> None:
    """Raise on a stretch of time that is none."""
    if start >= end:
        raise invalid("The parameter StartTime must be less than the parameter EndTime.")


def check_period(period: int) -> None:
    """Raise on a period that CloudWatch does not have."""
    if period not in (1, 5, 10, 20, 30) and (period % 60 or period < 60):
        raise invalid(f"Period {period}: expected 1, 5, 10, 20, 30 or a multiple of 60 seconds")


def seen_since(period: int, now: datetime) -> int:
    """The epoch second from which on data of this period are still there."""
    kept = next((seconds for below, seconds in RETENTION if period < below), KEPT_S)
    return int(now.timestamp()) - kept


def span(period: int, start: datetime, end: datetime) -> range:
    """The starts of the periods that begin before `end`, the first being the one that `start` is in."""
    return range(int(start.timestamp()) // period * period, int(end.timestamp()), period)


def samples_by_period(store: Store, query: Query, start: datetime, end: datetime, now: datetime) -> UnitPeriods:
    """The samples by (start of their period, unit)."""
    check_span(start, end)
    check_period(query.period)
    starts = span(query.period, start, end)
    since = max(starts.start, seen_since(query.period, now))
    found: UnitPeriods = {}
    for at, unit, sample in store.samples(query.metric, since, starts.stop):
        if query.unit in (None, unit):
            found.setdefault((at // query.period * query.period, unit), []).append(sample)
    return found
