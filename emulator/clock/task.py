"""One thing that is under way, and its waiting for a moment."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.clock.underway import Underway


class Task:
    """Implements `emulator.service.Work`."""

    def __init__(self, underway: Underway, name: str, path: tuple[int, ...]) -> None:
        self._underway = underway
        self.name = name
        self.path = path  # the order among those who wait for one moment: parents by their begin, children after them
        self.children = itertools.count()
        self.ended = False

    def end(self) -> None:
        """It is done."""
        self._underway.end(self)

    def wait_until(self, moment: datetime, stopped: Callable[[], bool]) -> bool:
        """Block until the clock has reached the moment."""
        return self._underway.wait(self, moment, stopped)

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """The clock does not wait for it in this block."""
        self._underway.pause(self)
        try:
            yield
        finally:
            self._underway.resume(self)


class Wait:
    """A task that waits for a moment."""

    def __init__(self, task: Task, moment: datetime, stopped: Callable[[], bool]) -> None:
        self.task, self.moment, self.stopped = task, moment, stopped
        self.over = threading.Event()
        self.reached = False
