"""CloudWatch Logs as ministack has it, with metric filters that count and embedded metrics that are put."""

from __future__ import annotations

import contextvars
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, json_response
from ministack.services import cloudwatch_logs

from emulator.errors import ServiceError
from emulator.service import LogMetrics
from emulator.substrate.settings import ACCOUNT

log = logging.getLogger("emulator.logs")

Event = Mapping[str, Any]
Stream = Mapping[str, Any]

# the log group that PutLogEvents writes to in this context; other writers append to a stream without naming its group
_group: contextvars.ContextVar[str | None] = contextvars.ContextVar("group", default=None)


def install(metrics: LogMetrics) -> None:
    """Hand every line to `metrics`, whoever writes it, and let it check and try metric filters."""
    append: Callable[[Stream, Sequence[Event]], None] = cloudwatch_logs._append_log_events
    put_events, put_filter = cloudwatch_logs._put_log_events, cloudwatch_logs._put_metric_filter
    handle = cloudwatch_logs.handle_request

    def append_and_hand_over(stream: Stream, events: Sequence[Event]) -> None:
        append(stream, events)
        if events and get_account_id() == ACCOUNT:
            _hand_over(metrics, stream, events)

    def put_events_of_group(data: Mapping[str, Any]) -> Any:
        token = _group.set(data.get("logGroupName"))
        try:
            return put_events(data)
        finally:
            _group.reset(token)

    def put_checked_filter(data: Mapping[str, Any]) -> Any:
        return _refused(lambda: metrics.check(data.get("filterPattern", ""), data["metricTransformations"])) or (
            put_filter(data)
        )

    async def handle_request(method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any) -> Any:
        if headers.get("x-amz-target", "").endswith(".TestMetricFilter"):
            return _try_out(metrics, json.loads(body))
        return await handle(method, path, headers, body, query)

    cloudwatch_logs._append_log_events = append_and_hand_over
    cloudwatch_logs._put_log_events = put_events_of_group
    cloudwatch_logs._put_metric_filter = put_checked_filter
    cloudwatch_logs.handle_request = handle_request


def _hand_over(metrics: LogMetrics, stream: Stream, events: Sequence[Event]) -> None:
    """A line that is kept stays kept, whatever becomes of its metrics."""
    try:
        filters = list(cloudwatch_logs._metric_filters.values())
        group = (_group.get() or _group_of(stream)) if filters else None
        of_group = [filter for filter in filters if filter["logGroupName"] == group]
        metrics.arrived([(event["timestamp"], event["message"]) for event in events], of_group)
    except Exception:
        log.exception("the metrics of log lines could not be put")


def _group_of(stream: Stream) -> str | None:
    for name, group in list(cloudwatch_logs._log_groups.items()):
        if any(found is stream for found in list(group["streams"].values())):
            return str(name)
    return None


def _refused(check: Callable[[], None]) -> Any:
    try:
        check()
    except ServiceError as error:
        return error_response_json(error.code, error.message, error.status)
    except (KeyError, TypeError, AttributeError) as error:
        return error_response_json("InvalidParameterException", f"metricTransformations: {error!r}", 400)
    return None


def _try_out(metrics: LogMetrics, data: Mapping[str, Any]) -> Any:
    try:
        matches = metrics.try_out(data.get("filterPattern", ""), data.get("logEventMessages", []))
    except ServiceError as error:
        return error_response_json(error.code, error.message, error.status)
    return json_response({"matches": matches})
