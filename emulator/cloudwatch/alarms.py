"""An alarm as AWS describes it, the points that it looks at, and what it makes of them."""

from __future__ import annotations

import itertools
import operator
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from emulator.cloudwatch.evaluation import Missing, State, evaluate, to_fill
from emulator.cloudwatch.math import Calculator, TimeSeries
from emulator.cloudwatch.math.calculator import depends_on_time
from emulator.cloudwatch.metrics import Metric, dimensions_of
from emulator.cloudwatch.recent import Recent
from emulator.cloudwatch.statistics import Sample, compute
from emulator.cloudwatch.window import Window

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}

Alarm = dict[str, Any]  # with AWS's field names; times are epoch seconds


@dataclass(frozen=True)
class Point:
    """One period: when it starts (epoch seconds), how many samples, the value; None without data."""

    start: int
    count: float
    value: float | None


@dataclass(frozen=True)
class Query:
    """One statistic of one metric over a period in seconds."""

    id: str
    metric: Metric
    statistic: str
    period: int
    unit: str | None


def is_composite(alarm: Alarm) -> bool:
    """Whether it watches other alarms."""
    return "AlarmRule" in alarm


def metric_of(given: Mapping[str, Any]) -> Metric:
    """The metric that has this Namespace, MetricName and these Dimensions."""
    return Metric(given["Namespace"], given["MetricName"], dimensions_of(given.get("Dimensions") or ()))


def query_of(id: str, stat: Mapping[str, Any]) -> Query:
    """The query that a MetricStat stands for."""
    return Query(id, metric_of(stat["Metric"]), stat["Stat"], stat["Period"], stat.get("Unit"))


def queries_of(alarm: Alarm) -> list[Query]:
    """The statistics that a metric alarm needs, in the alarm's order."""
    if "Metrics" in alarm:
        return [query_of(q["Id"], q["MetricStat"]) for q in alarm["Metrics"] if "MetricStat" in q]
    return [Query("m1", metric_of(alarm), statistic_of(alarm), alarm["Period"], alarm.get("Unit"))]


def metrics_of(alarm: Alarm) -> set[Metric]:
    """The metrics that a metric alarm watches."""
    return {query.metric for query in queries_of(alarm)}


def statistic_of(alarm: Alarm) -> str:
    """The statistic of an alarm on a single metric, simple or extended."""
    return str(alarm.get("Statistic") or alarm["ExtendedStatistic"])


def period_of(alarm: Alarm) -> int:
    """The length of its periods in seconds; all metrics of an expression have the same."""
    if "Metrics" not in alarm:
        return int(alarm["Period"])
    return int(next((q.get("MetricStat", q)).get("Period", 60) for q in alarm["Metrics"]))


def window_of(alarm: Alarm) -> Window:
    """When it is evaluated, and over what."""
    return Window(period_of(alarm), int(alarm["EvaluationPeriods"]))


def moves_by_itself(alarm: Alarm) -> bool:
    """Whether its points can change though no sample moves: its expression looks at the time."""
    return any(depends_on_time(query["Expression"]) for query in alarm.get("Metrics", ()) if "Expression" in query)


def points(alarm: Alarm, recent: Recent, end: int) -> list[Point]:
    """The evaluation range that ends at `end`, oldest first."""
    window = window_of(alarm)
    starts = window.starts(end)
    buckets = {query.id: _buckets(query, recent, starts, end) for query in queries_of(alarm)}
    if "Metrics" not in alarm:
        statistic = statistic_of(alarm)
        return [
            Point(start, sum(s.count for s in samples), compute(samples, statistic))
            for start, samples in zip(starts, buckets["m1"], strict=True)
        ]
    metrics = {query.id: _series(query, starts, buckets[query.id]) for query in queries_of(alarm)}
    expressions = {q["Id"]: q["Expression"] for q in alarm["Metrics"] if "Expression" in q}
    calculator = Calculator(metrics=metrics, expressions=expressions, times=starts)
    found = calculator.series(returned(alarm["Metrics"])["Id"])[0].values
    return [Point(start, float(start in found), found.get(start)) for start in starts]


def returned(queries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The query that an alarm watches."""
    return next(query for query in queries if query.get("ReturnData", True))


def _buckets(query: Query, recent: Recent, starts: range, end: int) -> list[list[Sample]]:
    samples = recent.of(query.metric, starts.start, end)
    edges = [bisect_left(samples, start, key=itemgetter(0)) for start in starts] + [len(samples)]
    return [
        [sample for _, unit, sample in samples[first:last] if query.unit in (None, unit)]
        for first, last in itertools.pairwise(edges)
    ]


def _series(query: Query, starts: range, buckets: list[list[Sample]]) -> TimeSeries:
    values = ((start, compute(samples, query.statistic)) for start, samples in zip(starts, buckets, strict=True))
    present = {start: value for start, value in values if value is not None}
    return TimeSeries(query.period, present, query.id, query.metric.name, is_metric=True)


def breaches(alarm: Alarm, point: Point) -> bool | None:
    """Whether a point is beyond the threshold; None when it has no value."""
    return None if point.value is None else COMPARISONS[alarm["ComparisonOperator"]](point.value, alarm["Threshold"])


def judge(alarm: Alarm, seen: list[Point]) -> tuple[State | None, int]:
    """The new state (None: it stays) and how many points were lacking."""
    periods = int(alarm["EvaluationPeriods"])
    breaching = [breaches(alarm, point) for point in seen]
    filled = to_fill(breaching, periods)
    if _too_few_samples(alarm, seen):
        return None, filled
    state = evaluate(
        breaching,
        evaluation_periods=periods,
        datapoints_to_alarm=alarm.get("DatapointsToAlarm", periods),
        missing=treatment_of(alarm),
    )
    return state, filled


def treatment_of(alarm: Alarm) -> Missing:
    """How it treats missing data; alarms on DynamoDB's metrics ignore them whatever they say, as on AWS."""
    if any(metric.namespace == "AWS/DynamoDB" for metric in metrics_of(alarm)):
        return Missing.IGNORE
    return Missing(alarm["TreatMissingData"])


def _too_few_samples(alarm: Alarm, seen: list[Point]) -> bool:
    """Whether a percentile that is to ignore small samples has fewer than 10 / (1 - p), or 10 / p below p50."""
    if alarm.get("EvaluateLowSampleCountPercentile") != "ignore":
        return False
    share = float(alarm["ExtendedStatistic"][1:]) / 100
    evaluated = [point for point in seen if point.value is not None][-int(alarm["EvaluationPeriods"]) :]
    rare = 1 - share if share >= 0.5 else share
    return bool(evaluated) and rare > 0 and sum(point.count for point in evaluated) < round(10 / rare, 6)
