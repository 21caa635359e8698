"""Rules of EventBridge that have a schedule: fired by the clock instead of ministack's thread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ministack.core.responses import request_scope
from ministack.services import eventbridge

from emulator.service import Clock
from emulator.substrate.occurrences import recurrence
from emulator.substrate.schedules import INSTANT, scheduled_event

log = logging.getLogger("emulator.rules")

Rule = Mapping[str, Any]


def install(clock: Clock, *, on_fire: Callable[[], None]) -> None:
    """Let the clock fire the rules; `on_fire` is called when one was due."""
    eventbridge.start_scheduler = lambda: None
    clock.add(Rules(settle=clock.settle, on_fire=on_fire), before_waits=True)


class Rules:
    """The agenda of all rules with a schedule; those of one moment in the order of their names."""

    name = "rules"

    def __init__(self, *, settle: Callable[[], None], on_fire: Callable[[], None]) -> None:
        self._settle, self._on_fire = settle, on_fire

    def next_due(self, after: datetime) -> datetime | None:
        """The first occurrence of any."""
        found = (_next(rule, after) for _, rule in _scheduled())
        return min((moment for moment in found if moment), default=None)

    def fire(self, moment: datetime) -> None:
        """Start the targets of those that are due."""
        for key, rule in _scheduled():
            if _next(rule, moment - INSTANT) == moment:
                self._on_fire()
                _start(key, rule, moment)
                self._settle()


def _scheduled() -> Iterator[tuple[tuple[str, str, str], Rule]]:
    for key, rule in sorted(eventbridge._rules._data.items(), key=lambda item: item[0]):
        if rule.get("State") == "ENABLED" and rule.get("ScheduleExpression"):
            yield key, rule


def _next(rule: Rule, after: datetime) -> datetime | None:
    created = datetime.fromtimestamp(float(rule["CreationTime"]), UTC)
    return recurrence(rule["ScheduleExpression"].strip(), ZoneInfo("UTC"), created, after)


def _start(key: tuple[str, str, str], rule: Rule, due: datetime) -> None:
    account, region, _ = key
    event = {
        **scheduled_event("aws.events", rule["Arn"], due, account, region),
        "EventBusName": rule.get("EventBusName", "default"),
    }
    with request_scope(account, region):
        for target in eventbridge._targets._data.get(key, []):
            try:
                eventbridge._invoke_target(target, event, rule)
            except Exception:
                log.exception("the rule %s could not start a target", rule["Name"])
