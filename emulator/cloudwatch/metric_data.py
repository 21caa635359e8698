"""GetMetricData: statistics of metrics and expressions over them, in pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from emulator.cloudwatch import labels
from emulator.cloudwatch.alarms import Query, query_of
from emulator.cloudwatch.configuration import check_queries
from emulator.cloudwatch.errors import invalid
from emulator.cloudwatch.math import Calculator, TimeSeries
from emulator.cloudwatch.paging import begin
from emulator.cloudwatch.periods import check_span, samples_by_period, span
from emulator.cloudwatch.statistics import Sample, compute
from emulator.cloudwatch.store import Store
from emulator.errors import NotImplementedByName
from emulator.service import Cloud

Parameters = Mapping[str, Any]
MOST_QUERIES = 500
MOST_DATAPOINTS = 100_800


class MetricDataOperations:
    """The operation GetMetricData."""

    def __init__(self, *, store: Store, cloud: Cloud) -> None:
        self._store = store
        self._cloud = cloud

    def get_metric_data(self, given: Parameters) -> dict[str, Any]:
        """Values over time; newest first unless asked otherwise."""
        queries = given["MetricDataQueries"]
        if len(queries) > MOST_QUERIES:
            raise invalid(f"MetricDataQueries: at most {MOST_QUERIES}")
        check_span(given["StartTime"], given["EndTime"])
        check_queries(queries)
        newest_first = given.get("ScanBy", "TimestampDescending") == "TimestampDescending"
        results = [
            _result(query, series, newest_first)
            for query, series in self._series(queries, given["StartTime"], given["EndTime"])
        ]
        most = min(given.get("MaxDatapoints", MOST_DATAPOINTS), MOST_DATAPOINTS)
        return {**_page(results, begin(given), most), "Messages": []}

    def _series(
        self, queries: Sequence[Parameters], start: datetime, end: datetime
    ) -> list[tuple[Parameters, TimeSeries]]:
        """Each query whose data are asked for, with each series that it gives and that series' label."""
        stats = [query_of(q["Id"], q["MetricStat"]) for q in queries if "MetricStat" in q]
        metrics = {query.id: self._metric(query, start, end) for query in stats}
        expressions = {q["Id"]: q["Expression"] for q in queries if "Expression" in q}
        periods = sorted({query.period for query in stats}) or [q["Period"] for q in queries if "Period" in q] or [60]
        if expressions and len(periods) > 1:
            raise NotImplementedByName("Metric math over metrics of different periods", "give all the same Period")
        times = span(periods[0], start, end)
        calculator = Calculator(metrics=metrics, expressions=expressions, times=times)
        return [
            (query, self._labelled(query, series, one_of_many=len(found) > 1))
            for query in queries
            if query.get("ReturnData", True)
            for found in [calculator.series(query["Id"])]
            for series in found
        ]

    def _metric(self, query: Query, start: datetime, end: datetime) -> TimeSeries:
        merged: dict[int, list[Sample]] = {}
        found = samples_by_period(self._store, query, start, end, self._cloud.clock.now())
        for (at, _), samples in sorted(found.items()):
            merged.setdefault(at, []).extend(samples)
        values = ((at, compute(samples, query.statistic)) for at, samples in merged.items())
        present = {at: value for at, value in values if value is not None}
        return TimeSeries(query.period, present, query.id, query.metric.name, is_metric=True)

    def _labelled(self, query: Parameters, series: TimeSeries, *, one_of_many: bool) -> TimeSeries:
        stat = query.get("MetricStat")
        of_metric = query_of(query["Id"], stat) if stat else None
        own = query.get("Label")
        if own is None:
            label = series.label if of_metric else query["Id"]
        else:
            label = labels.render(own, series, of_metric, self._cloud.account, self._cloud.region)
        parts = [label, series.label] if one_of_many else [label]
        return TimeSeries(series.period, series.values, query["Id"], " ".join(part for part in parts if part))


def _result(query: Parameters, series: TimeSeries, newest_first: bool) -> dict[str, Any]:
    times = sorted(series.values, reverse=newest_first)
    return {
        "Id": query["Id"],
        "Label": series.label,
        "Timestamps": [datetime.fromtimestamp(at, UTC) for at in times],
        "Values": [float(series.values[at]) for at in times],
        "StatusCode": "Complete",
    }


def _page(results: list[dict[str, Any]], skip: int, most: int) -> dict[str, Any]:
    """The results without their first `skip` datapoints in all, cut after `most`; cut ones are PartialData."""
    chosen: list[dict[str, Any]] = []
    seen, left = 0, most
    for result in results:
        size = len(result["Values"])
        first = min(max(skip - seen, 0), size)
        seen += size
        if skip and first == size:
            continue
        part = slice(first, first + left)
        cut = {name: result[name][part] for name in ("Timestamps", "Values")}
        partial = first + len(cut["Values"]) < size
        chosen.append({**result, **cut, "StatusCode": "PartialData" if partial else "Complete"})
        left -= len(cut["Values"])
        if left <= 0 and skip + most < sum(len(r["Values"]) for r in results):
            return {"MetricDataResults": chosen, "NextToken": str(skip + most)}
    return {"MetricDataResults": chosen}
