"""EventBridge Scheduler over ministack's store of schedules: due in their own time zone, attributes filled in."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import eventbridge, scheduler

from emulator.errors import AccessDenied
from emulator.substrate.access import authorize_role
from emulator.substrate.occurrences import Schedule, is_once, is_over, next_occurrence

log = logging.getLogger("emulator.schedules")

TICK_S = 1
# What the role of a schedule must be allowed to do, by the service of the target (state machines: `roles`)
ACTIONS = {
    "lambda": "lambda:InvokeFunction",
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "events": "events:PutEvents",
}


def install(*, on_fire: Callable[[], None]) -> None:
    """Replace ministack's sweep over the schedules; `on_fire` is called when one of them was due."""
    sweep = Sweep(since=datetime.now(UTC), on_fire=on_fire)
    scheduler._SCHEDULE_TICK_INTERVAL = TICK_S
    scheduler._tick_schedules = lambda: sweep.until(datetime.now(UTC))


class Sweep:
    """Fires what is due between one sweep and the next; what was due while no emulator ran is not made up for."""

    def __init__(self, *, since: datetime, on_fire: Callable[[], None]) -> None:
        self._since = since
        self._on_fire = on_fire

    def until(self, now: datetime) -> None:
        """Fire each schedule with an occurrence since the last sweep, once."""
        since, self._since = self._since, now
        for key, schedule in list(scheduler._schedules._data.items()):
            try:
                self._visit(key, schedule, since, now)
            except AccessDenied as error:
                log.warning("the schedule %s may not start its target: %s", key[2], error.message)
            except Exception:
                log.exception("the schedule %s could not start its target", key[2])

    def _visit(self, key: tuple[str, str, str], schedule: Schedule, since: datetime, now: datetime) -> None:
        due = next_occurrence(schedule, since) if schedule["State"] == "ENABLED" else None
        is_due = due is not None and due <= now
        completed = is_due if is_once(schedule) else is_over(schedule, now)
        if completed and schedule["ActionAfterCompletion"] == "DELETE":
            scheduler._schedules._data.pop(key, None)
        if due is not None and is_due:
            self._on_fire()
            with request_scope(key[0], key[1]):
                _invoke(schedule, due, key[0], key[1])


def _invoke(schedule: Schedule, due: datetime, account: str, region: str) -> None:
    target = schedule["Target"]
    action = ACTIONS.get(target["Arn"].split(":")[2])
    if action:
        authorize_role(target["RoleArn"], action, target["Arn"], account=account, region=region)
    event = {
        "EventId": str(uuid.uuid4()),
        "Source": "aws.scheduler",
        "DetailType": "Scheduled Event",
        "Detail": "{}",
        "Time": int(due.timestamp()),
        "Resources": [schedule["Arn"]],
        "Account": account,
        "Region": region,
    }
    eventbridge._invoke_target(with_context(target, schedule["Arn"], due), event, schedule)


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
