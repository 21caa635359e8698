"""What is under way, what of it waits for a moment, and when nothing is."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from emulator.clock.errors import AdvanceCancelled, StillUnderWay
from emulator.clock.task import Task, Wait

LOOK_S = 0.5
"""How often (real seconds) something that waits is asked whether it was stopped, when nobody calls `rouse`."""


class Underway:
    """The works under way. All its state changes under one lock, so that none of them is ever missed between two."""

    def __init__(self, now: Callable[[], datetime], on_wait: Callable[[], None]) -> None:
        self._now = now
        self._on_wait = on_wait
        self._changed = threading.Condition(threading.RLock())
        self._active: dict[Task, None] = {}
        self._waits: list[Wait] = []
        self._numbers = itertools.count()
        self._current = threading.local()

    def begin(self, name: str) -> Task:
        """A task that is active from now on; a child of the one that this thread runs."""
        parent: Task | None = getattr(self._current, "task", None)
        with self._changed:
            path = (*parent.path, next(parent.children)) if parent else (next(self._numbers),)
            task = Task(self, name, path)
            self._active[task] = None
        return task

    @property
    def current(self) -> Task | None:
        """The task that this thread runs."""
        return getattr(self._current, "task", None)

    @contextmanager
    def running(self, task: Task) -> Iterator[None]:
        """This thread runs the task in the block; it has ended afterwards."""
        before = self.current
        self._current.task = task
        try:
            yield
        finally:
            self._current.task = before
            task.end()

    @property
    def is_active(self) -> bool:
        """Whether anything is under way that does not wait."""
        return bool(self._active)

    def names(self) -> list[str]:
        """What is active, by name."""
        with self._changed:
            return [task.name for task in self._active]

    def first_wait(self) -> datetime | None:
        """The first moment that something waits for."""
        with self._changed:
            return min((wait.moment for wait in self._waits), default=None)

    def release(self, moment: datetime) -> bool:
        """Let the first go on that waits for this moment or an earlier one; False when there is none."""
        with self._changed:
            due = [wait for wait in self._waits if wait.moment <= moment]
            if due:
                self._go_on(min(due, key=lambda wait: (wait.moment, wait.task.path)), reached=True)
            return bool(due)

    def rouse(self) -> None:
        """Let everything go on that was stopped while it waited."""
        with self._changed:
            for wait in [wait for wait in self._waits if wait.stopped()]:
                self._go_on(wait, reached=False)

    def settle(self, limit_s: float, cancelled: Callable[[], bool]) -> None:
        """Block until nothing is active. Raises StillUnderWay after `limit_s` real seconds, AdvanceCancelled."""
        deadline = time.monotonic() + limit_s
        with self._changed:
            while self._active and not cancelled():
                if not self._changed.wait(max(0.0, deadline - time.monotonic())) and time.monotonic() >= deadline:
                    raise StillUnderWay(self.names(), limit_s)
        if cancelled():
            raise AdvanceCancelled("the advance was cancelled; advance again to fire the rest")

    def notify(self) -> None:
        """Let `settle` look again: something was cancelled."""
        with self._changed:
            self._changed.notify_all()

    def end(self, task: Task) -> None:
        """The task is over; who waited for that goes on first."""
        with self._changed:
            task.ended = True
            self.rouse()
            self._active.pop(task, None)
            self._changed.notify_all()

    def pause(self, task: Task) -> None:
        """The task only waits for others."""
        with self._changed:
            self._active.pop(task, None)
            self._changed.notify_all()

    def resume(self, task: Task) -> None:
        """The task goes on."""
        with self._changed:
            if not task.ended:
                self._active[task] = None

    def wait(self, task: Task, moment: datetime, stopped: Callable[[], bool]) -> bool:
        """Block the task until the moment (True), or until it is stopped (False)."""
        with self._changed:
            if stopped() or moment <= self._now():
                return not stopped()
            wait = Wait(task, moment, stopped)
            self._waits.append(wait)
            self.pause(task)
        self._on_wait()
        while not wait.over.wait(LOOK_S):
            self._look(wait)
        return wait.reached

    def _look(self, wait: Wait) -> None:
        with self._changed:
            if wait in self._waits and wait.stopped():
                self._go_on(wait, reached=False)

    def _go_on(self, wait: Wait, *, reached: bool) -> None:
        self._waits.remove(wait)
        wait.reached = reached
        self.resume(wait.task)
        wait.over.set()
