"""EventBridge Scheduler over ministack's store of schedules: due in their own time zone, attributes filled in."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import eventbridge, scheduler

from emulator.errors import AccessDenied
from emulator.service import Clock
from emulator.substrate.access import authorize_role
from emulator.substrate.occurrences import Schedule, next_occurrence

log = logging.getLogger("emulator.schedules")

INSTANT = timedelta(microseconds=1)
# What the role of a schedule must be allowed to do, by the service of the target (state machines: `roles`)
ACTIONS = {
    "lambda": "lambda:InvokeFunction",
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "events": "events:PutEvents",
}

Key = tuple[str, str, str]  # account, region, group/name


def install(clock: Clock, *, on_fire: Callable[[], None]) -> None:
    """Let the clock fire the schedules instead of ministack's thread; `on_fire` is called when one was due."""
    scheduler.start_scheduler = lambda: None
    clock.add(Schedules(settle=clock.settle, on_fire=on_fire), before_waits=True)


class Schedules:
    """The agenda of all schedules; those of one moment in the order of their names."""

    name = "schedules"

    def __init__(self, *, settle: Callable[[], None], on_fire: Callable[[], None]) -> None:
        self._settle, self._on_fire = settle, on_fire

    def next_due(self, after: datetime) -> datetime | None:
        """The first occurrence of any."""
        found = (_next(schedule, after) for _, schedule in _enabled())
        return min((moment for moment in found if moment), default=None)

    def fire(self, moment: datetime) -> None:
        """Start the targets of those that are due."""
        for key, schedule in _enabled():
            if _next(schedule, moment - INSTANT) == moment:
                self._on_fire()
                self._start(key, schedule, moment)
                self._settle()

    def _start(self, key: Key, schedule: Schedule, due: datetime) -> None:
        if schedule["ActionAfterCompletion"] == "DELETE" and next_occurrence(schedule, due) is None:
            scheduler._schedules._data.pop(key, None)
        try:
            with request_scope(key[0], key[1]):
                _invoke(schedule, due, key[0], key[1])
        except AccessDenied as error:
            log.warning("the schedule %s may not start its target: %s", key[2], error.message)
        except Exception:
            log.exception("the schedule %s could not start its target", key[2])


def _next(schedule: Schedule, after: datetime) -> datetime | None:
    try:
        return next_occurrence(schedule, after)
    except (KeyError, ValueError) as error:
        _warn(schedule["Arn"], f"{type(error).__name__}: {error}")
        return None


@cache
def _warn(arn: str, why: str) -> None:
    log.warning("the schedule %s never fires: %s", arn, why)


def _enabled() -> list[tuple[Key, Schedule]]:
    items = sorted(scheduler._schedules._data.items(), key=lambda item: item[0])
    return [(key, schedule) for key, schedule in items if schedule["State"] == "ENABLED"]


def _invoke(schedule: Schedule, due: datetime, account: str, region: str) -> None:
    target = schedule["Target"]
    action = ACTIONS.get(target["Arn"].split(":")[2])
    if action:
        authorize_role(target["RoleArn"], action, target["Arn"], account=account, region=region)
    event = scheduled_event("aws.scheduler", schedule["Arn"], due, account, region)
    eventbridge._invoke_target(with_context(target, schedule["Arn"], due), event, schedule)


def scheduled_event(source: str, arn: str, due: datetime, account: str, region: str) -> dict[str, Any]:
    """What a target is given that was started by a schedule or by a rule's."""
    return {
        "EventId": str(uuid.uuid4()),
        "Source": source,
        "DetailType": "Scheduled Event",
        "Detail": "{}",
        "EventBusName": "default",
        "Time": int(due.timestamp()),
        "Resources": [arn],
        "Account": account,
        "Region": region,
    }


def with_context(target: dict[str, Any], schedule_arn: str, due: datetime) -> dict[str, Any]:
    """The target with the context attributes in its Input replaced by their values."""
    text = target.get("Input")
    values = {
        "schedule-arn": schedule_arn,
        "scheduled-time": due.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "execution-id": uuid.uuid4().hex[:16],
        "attempt-number": "1",
    }
    for name, value in values.items():
        text = text.replace(f"<aws.scheduler.{name}>", value) if text else text
    return {**target, "Input": text} if text else target
