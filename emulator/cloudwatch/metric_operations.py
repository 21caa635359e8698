"""PutMetricData, ListMetrics, GetMetricStatistics, GetMetricData."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from emulator.cloudwatch.errors import conflicting, invalid
from emulator.cloudwatch.evaluator import Evaluator
from emulator.cloudwatch.metrics import Dimensions, Metric, dimensions_of, read_data, to_list
from emulator.cloudwatch.statistics import Sample, check_statistic, compute
from emulator.cloudwatch.store import Store
from emulator.errors import NotImplementedByName
from emulator.service import Cloud

Parameters = Mapping[str, Any]
LISTED_FOR = timedelta(days=14)  # ListMetrics names a metric this long after its last datum
MOST_DATAPOINTS = 1440
PAGE = 500


class MetricOperations:
    """The operations on metrics."""

    def __init__(self, *, store: Store, cloud: Cloud, evaluator: Evaluator) -> None:
        self._store = store
        self._cloud = cloud
        self._evaluator = evaluator

    def put_metric_data(self, given: Parameters) -> dict[str, Any]:
        """Keep the data; when this returns, the alarms on their metrics are evaluated and their targets started."""
        if given.get("EntityMetricData"):
            raise NotImplementedByName("PutMetricData with EntityMetricData", "use MetricData")
        data = read_data(given["Namespace"], given.get("MetricData", ()), self._cloud.clock.now())
        self._store.add(data)
        self._evaluator.evaluate(metrics={datum.metric for datum in data})
        return {}

    def list_metrics(self, given: Parameters) -> dict[str, Any]:
        """The metrics with data of the last two weeks that fit the filters."""
        since = (self._cloud.clock.now() - LISTED_FOR).timestamp()
        found = [m for m, latest in self._store.metrics() if latest >= since and _fits(m, given)]
        start = int(given.get("NextToken", "0"))
        page = [
            {"Namespace": m.namespace, "MetricName": m.name, "Dimensions": to_list(m.dimensions)}
            for m in found[start : start + PAGE]
        ]
        return {"Metrics": page, **({"NextToken": str(start + PAGE)} if start + PAGE < len(found) else {})}

    def get_metric_statistics(self, given: Parameters) -> dict[str, Any]:
        """Datapoints per period, in no order promised (here: by time)."""
        wanted = [check_statistic(s) for s in (*given.get("Statistics", ()), *given.get("ExtendedStatistics", ()))]
        if not wanted:
            raise conflicting("At least one of Statistics and ExtendedStatistics is expected")
        metric = Metric(given["Namespace"], given["MetricName"], dimensions_of(given.get("Dimensions", ())))
        periods = self._periods(metric, given["StartTime"], given["EndTime"], given["Period"], given.get("Unit"))
        if len(periods) > MOST_DATAPOINTS:
            raise conflicting(
                f"You have requested {len(periods)} datapoints, which exceeds the limit of {MOST_DATAPOINTS}."
            )
        points = [_datapoint(start, unit, samples, wanted) for (start, unit), samples in sorted(periods.items())]
        return {"Label": metric.name, "Datapoints": points}

    def get_metric_data(self, given: Parameters) -> dict[str, Any]:
        """Values of metric statistics over time; newest first unless asked otherwise."""
        newest_first = given.get("ScanBy", "TimestampDescending") == "TimestampDescending"
        results = [
            self._series(query, given["StartTime"], given["EndTime"], newest_first)
            for query in given["MetricDataQueries"]
        ]
        return {"MetricDataResults": [result for result in results if result], "Messages": []}

    def _series(self, query: Parameters, start: datetime, end: datetime, newest_first: bool) -> dict[str, Any] | None:
        if "Expression" in query:
            raise NotImplementedByName(
                f"GetMetricData with Expression {query['Expression']!r}",
                "ask for each metric and compute in the caller",
            )
        stat = query["MetricStat"]
        given = stat["Metric"]
        metric = Metric(given["Namespace"], given["MetricName"], dimensions_of(given.get("Dimensions", ())))
        statistic = check_statistic(stat["Stat"])
        periods = self._periods(metric, start, end, stat["Period"], stat.get("Unit"))
        values = {at: value for (at, _), s in periods.items() if (value := compute(s, statistic)) is not None}
        times = sorted(values, reverse=newest_first)
        if not query.get("ReturnData", True):
            return None
        return {
            "Id": query["Id"],
            "Label": query.get("Label", metric.name),
            "Timestamps": [_moment(at) for at in times],
            "Values": [values[at] for at in times],
            "StatusCode": "Complete",
        }

    def _periods(
        self, metric: Metric, start: datetime, end: datetime, period: int, unit: str | None
    ) -> dict[tuple[int, str], list[Sample]]:
        """The samples by (start of their period, unit); periods lie on their own grid, as with GetMetricData."""
        if start >= end:
            raise invalid("The parameter StartTime must be less than the parameter EndTime.")
        if period not in (1, 5, 10, 20, 30) and period % 60:
            raise invalid(f"Period {period}: expected 1, 5, 10, 20, 30 or a multiple of 60 seconds")
        first = int(start.timestamp()) // period * period
        found: dict[tuple[int, str], list[Sample]] = {}
        for at, of_unit, sample in self._store.samples(metric, first, int(end.timestamp()), unit):
            found.setdefault((at // period * period, of_unit), []).append(sample)
        return found


def _fits(metric: Metric, given: Parameters) -> bool:
    wanted = [(d["Name"], d.get("Value")) for d in given.get("Dimensions", ())]
    return (
        given.get("Namespace") in (None, metric.namespace)
        and given.get("MetricName") in (None, metric.name)
        and all(_has(metric.dimensions, name, value) for name, value in wanted)
    )


def _has(dimensions: Dimensions, name: str, value: str | None) -> bool:
    return any(name == n and value in (None, v) for n, v in dimensions)


def _datapoint(start: int, unit: str, samples: list[Sample], wanted: list[str]) -> dict[str, Any]:
    values = {name: value for name in wanted if (value := compute(samples, name)) is not None}
    extended = {name: value for name, value in values.items() if name.startswith("p")}
    simple = {name: value for name, value in values.items() if name not in extended}
    point = {"Timestamp": _moment(start), "Unit": unit, **simple}
    return {**point, "ExtendedStatistics": extended} if extended else point


def _moment(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
