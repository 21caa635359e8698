"""Alarms evaluate by the clock: each at its own evaluations, but only at those that can find something else."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, datetime

from emulator.cloudwatch.alarms import Alarm, is_composite, metrics_of, moves_by_itself, window_of
from emulator.cloudwatch.book import Book
from emulator.cloudwatch.evaluator import Evaluator
from emulator.cloudwatch.recent import Recent
from emulator.cloudwatch.window import Window


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
        self._pending: dict[str, int] = {}  # the evaluation at which an alarm is looked at in any case
        self._done: dict[str, int] = {}  # the end of each alarm's last evaluation, made or not needed
        self._next: dict[str, tuple[int, int | None]] = {}  # (asked after, the first change after it)

    def begin(self, now: datetime) -> None:
        """The clock was set, or the emulator has started: evaluate every alarm at its next evaluation."""
        self.expect([alarm["AlarmName"] for alarm in self._book.all()], now)

    def expect(self, names: Iterable[str], now: datetime) -> None:
        """Evaluate these alarms at their next evaluation in any case: they were put, set by hand, or got data."""
        for name, window in self._renewed(names, now):
            with self._lock:
                self._pending[name] = window.next_evaluation(now.timestamp())

    def renew(self, names: Iterable[str], now: datetime) -> None:
        """These alarms got data and were judged on them: find out anew when they are due."""
        self._renewed(names, now)

    def _renewed(self, names: Iterable[str], now: datetime) -> list[tuple[str, Window]]:
        alarms = [alarm for alarm in map(self._book.get, names) if alarm is not None and not is_composite(alarm)]
        found = [(alarm["AlarmName"], window_of(alarm)) for alarm in alarms]
        with self._lock:
            for name, window in found:
                self._next.pop(name, None)
                self._done[name] = window.end(now.timestamp())
        return found

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
            if self._pending.get(name, end + 1) <= end:
                del self._pending[name]
        if is_due:
            self._evaluator.evaluate(name, end)

    def _due(self, alarm: Alarm, moment: float) -> int | None:
        if is_composite(alarm):
            return None
        name, window = alarm["AlarmName"], window_of(alarm)
        after = window.end(moment)  # evaluations are the only moments at which anything happens
        if moves_by_itself(alarm) or self._pending.get(name, after + window.tick + 1) <= after + window.tick:
            return after + window.tick
        asked, due = self._next.get(name, (after + 1, None))
        if after < asked or (due is not None and after >= due):
            begin = window.begin(after) - window.tick
            ats = (at for metric in metrics_of(alarm) for at, _, _ in reversed(self._recent.of(metric, begin)))
            due = window.next_change(ats, after)
            with self._lock:
                self._next[name] = (after, due)
        expected = self._pending.get(name)
        return due if expected is None else expected if due is None else min(due, expected)
