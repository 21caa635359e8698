"""Puts the metrics that log lines hold, at the time that they say."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from emulator.cloudwatch.logs import embedded, filters
from emulator.cloudwatch.metric_operations import MetricOperations
from emulator.cloudwatch.metrics import NEWEST, OLDEST, Datum, check_namespace, read_data
from emulator.errors import ServiceError
from emulator.service import Clock

log = logging.getLogger("emulator.cloudwatch")


class LogMetrics:
    """What CloudWatch Logs asks of CloudWatch (`emulator.service.LogMetrics`)."""

    def __init__(self, *, metrics: MetricOperations, clock: Clock) -> None:
        self._metrics = metrics
        self._clock = clock

    def check(self, pattern: str, transformations: Sequence[filters.Filter]) -> None:
        """Raise InvalidParameterException on a metric filter that is refused."""
        filters.check(pattern, transformations)

    def try_out(self, pattern: str, messages: Sequence[str]) -> list[dict[str, Any]]:
        """What TestMetricFilter answers."""
        return filters.try_out(pattern, messages)

    def arrived(self, lines: Sequence[filters.Line], of_group: Iterable[filters.Filter]) -> None:
        """Lines were written to a log group with these filters: put the metrics that are in them."""
        found: list[Datum] = []
        for _, line in lines:
            document = embedded.document(line)
            if document is not None:
                found.extend(self._embedded(document))
        for filter in of_group:
            for counted in filters.count(filter, lines):
                at = datetime.fromtimestamp(counted.at_ms / 1000, UTC)
                found.extend(self._read(counted.namespace, counted.datum, at))
        if found:
            self._metrics.keep(found, promised=True)

    def _embedded(self, document: Any) -> list[Datum]:
        try:
            found = list(embedded.metrics(document))
        except embedded.MalformedDocument as error:
            log.warning("embedded metrics are ignored: %s", error)
            return []
        return [datum for one in found for datum in self._read(one.namespace, one.datum, one.at)]

    def _read(self, namespace: str, datum: dict[str, Any], at: datetime | None) -> list[Datum]:
        now = self._clock.now()
        try:
            check_namespace(namespace)
            return read_data(namespace, [{**datum, "Timestamp": _moment(at or now, now)}], now)
        except ServiceError as error:
            log.warning("a metric in a log line is ignored: %s", error.message)
            return []


def _moment(at: datetime, now: datetime) -> datetime:
    """The time itself; the clock's, when it is out of reach there and was taken from this machine's clock just now.

    Processes see the machine's clock, so their stamps are years off while the emulator's clock is set.
    """
    in_reach = now - OLDEST <= at <= now + NEWEST
    just_now = abs(at.timestamp() - time.time()) < NEWEST.total_seconds()
    return now if just_now and not in_reach else at
