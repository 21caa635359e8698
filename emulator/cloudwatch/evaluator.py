"""Alarms change state: by evaluation, by SetAlarmState, and composite ones because others did."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any

from emulator.cloudwatch import history, rules
from emulator.cloudwatch.alarms import Alarm, is_composite, judge, points, window_of
from emulator.cloudwatch.announcer import Announcer
from emulator.cloudwatch.book import Book
from emulator.cloudwatch.evaluation import State
from emulator.cloudwatch.reasons import composite_reason, reason, reason_data, stamp
from emulator.cloudwatch.recent import Recent
from emulator.errors import ServiceError
from emulator.service import Clock

log = logging.getLogger("emulator.cloudwatch")


class Evaluator:
    """When a method returns, the targets of each state change have been started."""

    def __init__(self, *, book: Book, recent: Recent, clock: Clock, announcer: Announcer) -> None:
        self._book = book
        self._recent = recent
        self._clock = clock
        self._announcer = announcer

    def evaluate(self, name: str, end: int) -> None:
        """Evaluate a metric alarm over the window that ends at `end` (epoch seconds)."""
        with self._book.lock:
            alarm = self._book.get(name)
            if alarm is None or is_composite(alarm):
                return
            try:
                seen = points(alarm, self._recent, end)
                state, filled = judge(alarm, seen)
            except ServiceError as error:
                log.warning("the alarm %s cannot be evaluated: %s", name, error.message)
                return
            if state is None or state == alarm["StateValue"]:
                return
            now = self._clock.now()
            data = json.dumps(reason_data(alarm, seen, now))
            after = self._change(alarm, state, reason(alarm, state, seen, filled), data)
        self._announce(alarm, after)

    def evaluate_all(self) -> None:
        """Evaluate every metric alarm as of its last evaluation by the clock."""
        now = self._clock.now().timestamp()
        for alarm in self._book.all():
            if not is_composite(alarm):
                self.evaluate(alarm["AlarmName"], window_of(alarm).end(now))

    def on_data(self, names: Iterable[str]) -> None:
        """Data arrived: judge these alarms on them at once, as their next evaluation will.

        So nobody waits a minute (or an hour) of real time for an alarm; AWS would change the state at that evaluation.
        """
        now = self._clock.now().timestamp()
        for name in names:
            alarm = self._book.get(name)
            if alarm:
                self.evaluate(name, window_of(alarm).next_evaluation(now))

    def evaluate_composite(self, name: str, because: Alarm | None = None, path: tuple[str, ...] = ()) -> None:
        """Evaluate a composite alarm; `because` is the alarm whose change asks for it, `path` those before it."""
        with self._book.lock:
            alarm = self._book.get(name)
            if alarm is None or not is_composite(alarm):
                return
            state = State.ALARM if rules.holds(rules.parse(alarm["AlarmRule"]), self._state_of) else State.OK
            if state == alarm["StateValue"]:
                return
            after = self._change(alarm, state, composite_reason(alarm, because), self._triggers(alarm))
        self._announce(alarm, after, path)

    def set_state(self, name: str, state: State, why: str, data: str) -> None:
        """Put an alarm into a state until it is next evaluated."""
        with self._book.lock:
            before = self._book.get(name)
            if before is None:
                return
            after = self._change(before, state, why, data)
        if before["StateValue"] != state:
            self._announce(before, after)

    def _state_of(self, name: str) -> str | None:
        alarm = self._book.get(name)
        return alarm["StateValue"] if alarm else None

    def _triggers(self, alarm: Alarm) -> str:
        found: list[dict[str, Any]] = []
        for child in map(self._book.get, rules.children(alarm["AlarmRule"])):
            if child:
                since = stamp(child["StateUpdatedTimestamp"])
                found.append({"arn": child["AlarmArn"], "state": {"value": child["StateValue"], "timestamp": since}})
        return json.dumps({"triggeringAlarms": found})

    def _change(self, alarm: Alarm, state: State, why: str, data: str) -> Alarm:
        now = self._clock.now().timestamp()
        moved = now if state != alarm["StateValue"] else alarm["StateTransitionedTimestamp"]
        after = {
            **alarm,
            "StateValue": state.value,
            "StateReason": why,
            "StateReasonData": data,
            "StateUpdatedTimestamp": now,
            "StateTransitionedTimestamp": moved,
        }
        self._book.put(after, [(alarm["AlarmName"], now, history.state_update(alarm, after))])
        return after

    def _announce(self, before: Alarm, after: Alarm, path: tuple[str, ...] = ()) -> None:
        self._announcer.changed_state(before, after)
        path = (*path, after["AlarmName"])
        for parent in self._book.parents(after["AlarmName"]):
            if parent not in path:  # as on AWS, evaluation stops at a cycle
                self.evaluate_composite(parent, after, path)
