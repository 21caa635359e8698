"""When a schedule is due: cron() and at() in the schedule's own time zone, rate() from its start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ministack.services import eventbridge, scheduler

Schedule = Mapping[str, Any]  # ministack's record, with AWS's field names

_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")


def next_occurrence(schedule: Schedule, after: datetime) -> datetime | None:
    """The first moment after `after` (with a time zone) at which it is due, between its start and its end; UTC."""
    created = _moment(schedule["CreationDate"])
    start, end = _moment(schedule.get("StartDate")) or created, _moment(schedule.get("EndDate"))
    if start is None:
        return None
    expression = schedule["ScheduleExpression"].strip()
    zone = ZoneInfo(schedule.get("ScheduleExpressionTimezone") or "UTC")
    interval_s = eventbridge._parse_rate_seconds(expression)
    if interval_s:
        found: datetime | None = _rate(interval_s, start, after)
    elif at := _AT.fullmatch(expression):
        found = datetime.fromisoformat(at[1]).replace(tzinfo=zone).astimezone(UTC)
        found = found if found > after else None
    else:
        found = _cron(expression, zone, max(after, start - timedelta(seconds=1)))
    return found if found and (end is None or found <= end) else None


def is_once(schedule: Schedule) -> bool:
    """Whether it has one occurrence only."""
    return _AT.fullmatch(schedule["ScheduleExpression"].strip()) is not None


def is_over(schedule: Schedule, now: datetime) -> bool:
    """Whether its end has passed."""
    end = _moment(schedule.get("EndDate"))
    return end is not None and end < now


def _rate(interval_s: int, start: datetime, after: datetime) -> datetime:
    interval = timedelta(seconds=interval_s)
    return start + max(1, (after - start) // interval + 1) * interval


def _cron(expression: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    """As AWS: a local time that does not exist (summer time begins) is left out; one that comes twice counts once."""
    fields = eventbridge._parse_cron_fields(expression)
    local = after.astimezone(zone).replace(tzinfo=None)
    while fields is not None:
        following: datetime | None = eventbridge._cron_next_fire(fields, local)
        if following is None:
            return None
        local = following.replace(tzinfo=None)
        found = local.replace(tzinfo=zone).astimezone(UTC)
        if found > after and found.astimezone(zone).replace(tzinfo=None) == local:
            return found
    return None


def _moment(value: Any) -> datetime | None:
    epoch = scheduler._to_epoch(value)
    return None if epoch is None else datetime.fromtimestamp(epoch, UTC)
