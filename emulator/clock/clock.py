"""The emulator's time as an offset from real time, kept in the state folder."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

from emulator.files import write_atomically
from emulator.service import Agenda, Work


class EmulatorClock:
    """`now()` is real time plus an offset in seconds; the offset survives restarts.

    Setting the clock back is allowed. Listeners run, in the caller's thread, after each change and before it returns.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._agendas: list[Agenda] = []
        self._offset_s: float | None = None
        if path.exists():
            self._offset_s = json.loads(path.read_text())["offset_s"]

    @property
    def mode(self) -> str:
        """`real` or `set`."""
        return "real" if self._offset_s is None else "set"

    def now(self) -> datetime:
        """The emulator's time, UTC."""
        return datetime.fromtimestamp(time.time() + (self._offset_s or 0.0), tz=UTC)

    def set(self, now: datetime) -> None:
        """Stand at this instant and run on from there. Raises ValueError when it has no time zone."""
        if now.tzinfo is None:
            raise ValueError(f"now={now.isoformat()}: expected a time zone, e.g. {now.isoformat()}Z")
        self._change(now.timestamp() - time.time())

    def use_real_time(self) -> None:
        """Follow real time again."""
        self._change(None)

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call this after each change."""
        self._listeners.append(listener)

    def add(self, agenda: Agenda) -> None:
        """Fire this when it is due."""
        self._agendas.append(agenda)

    def begin(self, name: str) -> Work:
        """Something is under way from now on."""
        return _Work(self)

    def _change(self, offset_s: float | None) -> None:
        with self._lock:
            self._offset_s = offset_s
            write_atomically(self._path, json.dumps({"offset_s": offset_s}).encode())
        for listener in self._listeners:
            listener()


class _Work:
    def __init__(self, clock: EmulatorClock) -> None:
        self._clock = clock

    def end(self) -> None: ...

    def wait_until(self, moment: datetime, stopped: Callable[[], bool]) -> bool:
        while self._clock.now() < moment:
            if stopped():
                return False
            time.sleep(0.05)
        return True

    def suspended(self) -> AbstractContextManager[None]:
        return nullcontext()
