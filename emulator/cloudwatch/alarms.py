"""A metric alarm: its configuration as AWS describes it, and the points that it looks at."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator.cloudwatch.errors import conflicting, invalid_request
from emulator.cloudwatch.evaluation import Missing, State, evaluate, evaluation_range, to_fill
from emulator.cloudwatch.metrics import Metric, dimensions_of, to_list
from emulator.cloudwatch.statistics import check_statistic, compute
from emulator.cloudwatch.store import Store
from emulator.errors import NotImplementedByName

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
DAY_S = 86_400
WEEK_S = 7 * DAY_S
_REFUSED = (
    "Metrics",
    "ThresholdMetricId",
    "EvaluationCriteria",
    "EvaluationInterval",
    "EvaluateLowSampleCountPercentile",
)

Alarm = dict[str, Any]  # with AWS's field names; times are epoch seconds


@dataclass(frozen=True)
class Point:
    """One period of a metric: when it starts (epoch seconds), how many samples, the statistic; None without data."""

    start: int
    count: float
    value: float | None


def configure(given: Mapping[str, Any], *, arn: str, now: datetime, before: Alarm | None) -> Alarm:
    """The alarm that PutMetricAlarm makes; an alarm that exists keeps its state. Raises what AWS refuses."""
    for name in _REFUSED:
        if given.get(name):
            raise NotImplementedByName(
                f"PutMetricAlarm with {name}", "alarm on a single metric (MetricName, Namespace)"
            )
    _check(given)
    kept = {name: value for name, value in (before or _initial(now)).items() if name.startswith("State")}
    fields = {name: value for name, value in given.items() if name != "Tags"}
    defaults = {
        "ActionsEnabled": True,
        "OKActions": [],
        "AlarmActions": [],
        "InsufficientDataActions": [],
        "TreatMissingData": "missing",
    }
    times = {"AlarmConfigurationUpdatedTimestamp": now.timestamp()}
    dimensions = to_list(dimensions_of(given.get("Dimensions") or ()))
    return {**defaults, **fields, **kept, **times, "Dimensions": dimensions, "AlarmArn": arn}


def _initial(now: datetime) -> Alarm:
    return {
        "StateValue": State.INSUFFICIENT_DATA.value,
        "StateReason": "Unchecked: Initial alarm creation",
        "StateUpdatedTimestamp": now.timestamp(),
        "StateTransitionedTimestamp": now.timestamp(),
    }


def _check(given: Mapping[str, Any]) -> None:
    lacking = [n for n in ("MetricName", "Namespace", "Period", "Threshold") if given.get(n) is None]
    if lacking:
        raise invalid_request(f"An alarm on a metric needs {', '.join(lacking)}")
    if bool(given.get("Statistic")) == bool(given.get("ExtendedStatistic")):
        raise conflicting("Exactly one of Statistic and ExtendedStatistic is expected")
    check_statistic(given.get("Statistic") or given["ExtendedStatistic"])
    if given["ComparisonOperator"] not in COMPARISONS:
        raise NotImplementedByName(f"ComparisonOperator {given['ComparisonOperator']}", f"use {', '.join(COMPARISONS)}")
    if given.get("TreatMissingData", "missing") not in set(Missing):
        raise invalid_request(f"TreatMissingData: expected one of {', '.join(Missing)}")
    period, periods = given["Period"], given["EvaluationPeriods"]
    if period not in (10, 20, 30) and period % 60:
        raise invalid_request(f"Period {period}: expected 10, 20, 30 or a multiple of 60 seconds")
    if period * periods > (WEEK_S if period >= 3600 else DAY_S):
        raise invalid_request(
            f"Period * EvaluationPeriods = {period * periods} s: at most a day, or a week from periods of 1 h"
        )
    if not 1 <= given.get("DatapointsToAlarm", periods) <= periods:
        raise invalid_request("DatapointsToAlarm: expected 1 to EvaluationPeriods")


def metric_of(alarm: Alarm) -> Metric:
    """The metric that it watches."""
    return Metric(alarm["Namespace"], alarm["MetricName"], dimensions_of(alarm["Dimensions"]))


def statistic_of(alarm: Alarm) -> str:
    """Its statistic, simple or extended."""
    return str(alarm.get("Statistic") or alarm["ExtendedStatistic"])


def points(alarm: Alarm, store: Store, now: datetime) -> list[Point]:
    """The evaluation range, oldest first: the newest period is the one under way if it has data, else the last."""
    period, count = alarm["Period"], evaluation_range(alarm["EvaluationPeriods"])
    current = int(now.timestamp()) // period * period
    found: dict[int, list[Any]] = {}
    samples = store.samples(metric_of(alarm), current - count * period, current + period, alarm.get("Unit"))
    for at, _, sample in samples:
        found.setdefault(at // period * period, []).append(sample)
    newest = current if current in found else current - period
    starts = range(newest - (count - 1) * period, newest + period, period)
    statistic = statistic_of(alarm)
    return [
        Point(start, sum(s.count for s in found.get(start, ())), compute(found.get(start, []), statistic))
        for start in starts
    ]


def breaches(alarm: Alarm, point: Point) -> bool | None:
    """Whether a point is beyond the threshold; None when it has no value."""
    return None if point.value is None else COMPARISONS[alarm["ComparisonOperator"]](point.value, alarm["Threshold"])


def judge(alarm: Alarm, seen: list[Point]) -> tuple[State | None, int]:
    """The new state (None: it stays) and how many points were lacking."""
    periods = int(alarm["EvaluationPeriods"])
    breaching = [breaches(alarm, point) for point in seen]
    state = evaluate(
        breaching,
        evaluation_periods=periods,
        datapoints_to_alarm=alarm.get("DatapointsToAlarm", periods),
        missing=Missing(alarm["TreatMissingData"]),
    )
    return state, to_fill(breaching, periods)
