"""When a schedule is due: cron() and at() in the schedule's own time zone, rate() from its start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ministack.services import eventbridge, scheduler

Schedule = Mapping[str, Any]  # ministack's record, with AWS's field names

LAG = timedelta(minutes=1)  # what is made now may be seen as made up to this much later than what has fired
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")


def next_occurrence(schedule: Schedule, after: datetime) -> datetime | None:
    """The first moment after `after` (with a time zone) at which it is due, between its start and its end; UTC."""
    created = _moment(schedule["CreationDate"])
    start, end = _moment(schedule.get("StartDate")), _moment(schedule.get("EndDate"))
    if created is None:
        return None
    if start:
        after = max(after, start - timedelta(seconds=1))
    expression = schedule["ScheduleExpression"].strip()
    zone = ZoneInfo(schedule.get("ScheduleExpressionTimezone") or "UTC")
    if at := _AT.fullmatch(expression):
        found: datetime | None = datetime.fromisoformat(at[1]).replace(tzinfo=zone).astimezone(UTC)
        found = found if found and found > after else None
    else:
        found = recurrence(expression, zone, start or created, after)
    return found if found and (end is None or found <= end) else None


def recurrence(expression: str, zone: ZoneInfo, created: datetime, after: datetime) -> datetime | None:
    """The first moment after `after` of a cron() or rate() that has run since `created`; UTC.

    When the clock was set back to long before that, it counts as if it had always run.
    """
    if created - after < LAG:
        after = max(after, created)
    interval_s = eventbridge._parse_rate_seconds(expression)
    if interval_s:
        interval = timedelta(seconds=interval_s)
        return created + ((after - created) // interval + 1) * interval
    return _cron(expression, zone, after)


def is_once(schedule: Schedule) -> bool:
    """Whether it has one occurrence only."""
    return _AT.fullmatch(schedule["ScheduleExpression"].strip()) is not None


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
