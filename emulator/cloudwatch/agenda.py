"""Alarms evaluate by the clock: each at its own evaluations, but only at those that can find something else."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, datetime

from emulator.cloudwatch.alarms import Alarm, is_composite, metrics_of, moves_by_itself, window_of
from emulator.cloudwatch.book import Book
from emulator.cloudwatch.evaluator import Evaluator
from emulator.cloudwatch.recent import Recent


class AlarmAgenda:
    """`Agenda` of all metric alarms; equal to evaluating each at every one of its evaluations.

    What an alarm makes of its points depends on them alone. They change only where a sample enters its window, leaves
    it or moves to another period of it; so between two such evaluations nothing needs to be looked at. An alarm that
    was put, or whose state was set by hand, is evaluated at its next evaluation in any case.
    """

    name = "alarms"

    def __init__(self, *, book: Book, recent: Recent, evaluator: Evaluator) -> None:
        self._book = book
        self._recent = recent
        self._evaluator = evaluator
        self._lock = threading.Lock()
        self._pending: set[str] = set()
        self._done: dict[str, int] = {}  # the end of each alarm's last evaluation, made or not needed
        self._next: dict[str, tuple[int, int | None]] = {}  # (asked after, the first change after it)

    def expect(self, name: str, now: datetime) -> None:
        """Evaluate this alarm at its next evaluation, whatever its data: it was put, or set by hand."""
        alarm = self._book.get(name)
        if alarm is None or is_composite(alarm):
            return
        with self._lock:
            self._pending.add(name)
            self._next.pop(name, None)
            self._done[name] = window_of(alarm).end(now.timestamp())

    def expect_all(self, now: datetime) -> None:
        """The clock was set, or the emulator has started: evaluate every alarm at its next evaluation."""
        for alarm in self._book.all():
            self.expect(alarm["AlarmName"], now)

    def forget(self, names: Iterable[str]) -> None:
        """The samples of these alarms' metrics changed: look again when they are due."""
        with self._lock:
            for name in names:
                self._next.pop(name, None)

    def next_due(self, after: datetime) -> datetime | None:
        """The first evaluation after a moment that can find something else."""
        moment = after.timestamp()
        found = [due for alarm in self._book.all() if (due := self._due(alarm, moment)) is not None]
        return datetime.fromtimestamp(min(found), UTC) if found else None

    def fire(self, moment: datetime) -> None:
        """Evaluate what is due at or before a moment, as of it."""
        now = moment.timestamp()
        for alarm in self._book.all():
            if not is_composite(alarm):
                self._visit(alarm, now)

    def _visit(self, alarm: Alarm, now: float) -> None:
        name, window = alarm["AlarmName"], window_of(alarm)
        end = window.end(now)
        due = self._due(alarm, min(self._done.get(name, end), end))
        is_due = due is not None and due <= end
        with self._lock:
            self._done[name] = end
            if is_due:
                self._pending.discard(name)
        if is_due:
            self._evaluator.evaluate(name, end)

    def _due(self, alarm: Alarm, moment: float) -> int | None:
        if is_composite(alarm):
            return None
        name, window = alarm["AlarmName"], window_of(alarm)
        after = window.end(moment)  # evaluations are the only moments at which anything happens
        if name in self._pending or moves_by_itself(alarm):
            return after + window.tick
        asked, due = self._next.get(name, (after + 1, None))
        if after < asked or (due is not None and after >= due):
            begin = window.begin(after) - window.tick
            ats = {at for metric in metrics_of(alarm) for at, _, _ in self._recent.of(metric, begin)}
            due = window.next_change(ats, after)
            with self._lock:
                self._next[name] = (after, due)
        return due
