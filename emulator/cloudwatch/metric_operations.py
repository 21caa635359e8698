"""PutMetricData, ListMetrics, GetMetricStatistics, and the metrics of other services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from emulator.cloudwatch.agenda import AlarmAgenda
from emulator.cloudwatch.alarms import Query, metric_of
from emulator.cloudwatch.book import Book
from emulator.cloudwatch.errors import conflicting, invalid
from emulator.cloudwatch.evaluator import Evaluator
from emulator.cloudwatch.metrics import Datum, Dimensions, Metric, check_namespace, read_data, to_list
from emulator.cloudwatch.paging import page
from emulator.cloudwatch.periods import samples_by_period
from emulator.cloudwatch.recent import Recent
from emulator.cloudwatch.statistics import SIMPLE, Sample, check_statistic, compute
from emulator.cloudwatch.store import Store
from emulator.errors import NotImplementedByName
from emulator.service import Clock

Parameters = Mapping[str, Any]
LISTED_FOR = timedelta(days=14)  # ListMetrics names a metric this long after its last datum
ACTIVE_FOR = timedelta(hours=3)  # RecentlyActive=PT3H
MOST_DATAPOINTS = 1440
PAGE = 500


class MetricOperations:
    """The operations on metrics."""

    def __init__(
        self, *, store: Store, recent: Recent, book: Book, clock: Clock, evaluator: Evaluator, agenda: AlarmAgenda
    ) -> None:
        self._store = store
        self._recent = recent
        self._book = book
        self._clock = clock
        self._evaluator = evaluator
        self._agenda = agenda

    def put_metric_data(self, given: Parameters) -> dict[str, Any]:
        """Keep the data; when this returns, the alarms on their metrics are evaluated and their targets started."""
        if given.get("EntityMetricData"):
            raise NotImplementedByName("PutMetricData with EntityMetricData", "use MetricData")
        check_namespace(given["Namespace"])
        self.add(given["Namespace"], given.get("MetricData", ()), promised=True)
        return {}

    def add(self, namespace: str, data: Sequence[Mapping[str, Any]], *, promised: bool = False) -> None:
        """Keep data of any namespace; what is not `promised` to anybody is written within a second."""
        self.keep(read_data(namespace, data, self._clock.now()), promised=promised)

    def keep(self, data: Sequence[Datum], *, promised: bool = False) -> None:
        """Keep data. Alarms on what was promised are judged at once, on the other data at their next evaluation."""
        self._recent.add(data, promised=promised)
        watching = self._book.watching({datum.metric for datum in data})
        if not watching:
            return
        now = self._clock.now()
        if promised:
            self._agenda.renew(watching, now)
            self._evaluator.on_data(watching)
        else:
            self._agenda.expect(watching, now)

    def list_metrics(self, given: Parameters) -> dict[str, Any]:
        """The metrics with data of the last two weeks (or three hours) that fit the filters."""
        if given.get("IncludeLinkedAccounts") or given.get("OwningAccount"):
            raise NotImplementedByName("ListMetrics over linked accounts", "ask in the account itself")
        if given.get("RecentlyActive") not in (None, "PT3H"):
            raise invalid("RecentlyActive: expected PT3H")
        since = self._clock.now() - (ACTIVE_FOR if given.get("RecentlyActive") else LISTED_FOR)
        found = [m for m, latest in self._store.metrics() if latest >= since.timestamp() and _fits(m, given)]
        chosen, more = page(found, given, most=PAGE, limit=PAGE)
        return {
            "Metrics": [
                {"Namespace": m.namespace, "MetricName": m.name, "Dimensions": to_list(m.dimensions)} for m in chosen
            ],
            **more,
        }

    def get_metric_statistics(self, given: Parameters) -> dict[str, Any]:
        """Datapoints per period, in no order promised (here: by time)."""
        wanted = [check_statistic(s) for s in (*given.get("Statistics", ()), *given.get("ExtendedStatistics", ()))]
        if not wanted:
            raise conflicting("At least one of Statistics and ExtendedStatistics is expected")
        query = Query("m1", metric_of(given), wanted[0], given["Period"], given.get("Unit"))
        asked = (given["EndTime"] - given["StartTime"]).total_seconds() // given["Period"]
        if asked > MOST_DATAPOINTS:
            raise conflicting(
                f"You have requested up to {asked:,.0f} datapoints, which exceeds the limit of {MOST_DATAPOINTS:,}."
            )
        periods = samples_by_period(self._store, query, given["StartTime"], given["EndTime"], self._clock.now())
        points = [_datapoint(start, unit, samples, wanted) for (start, unit), samples in sorted(periods.items())]
        return {"Label": query.metric.name, "Datapoints": points}


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
    simple = {name: value for name, value in values.items() if name in SIMPLE}
    extended = {name: value for name, value in values.items() if name not in SIMPLE}
    point = {"Timestamp": datetime.fromtimestamp(start, UTC), "Unit": unit, **simple}
    return {**point, "ExtendedStatistics": extended} if extended else point
