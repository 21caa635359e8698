"""The emulator's clock: what it shows, what is due by it, what it waits for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from emulator.clock.dial import Dial
from emulator.clock.engine import Engine
from emulator.clock.errors import ClockError
from emulator.clock.task import Task
from emulator.clock.underway import Underway
from emulator.service import Agenda

LIMIT_S = 900.0
"""How long (real seconds) what an advance starts may take at one moment."""


class EmulatorClock:
    """Implements `emulator.service.Clock`.

    Jumps (`set`, `freeze`, `use_real_time`) fire nothing that they pass over; `advance` fires everything, in order.
    Listeners run, in the caller's thread, after each jump and before it returns; an advance has agendas for that.
    """

    def __init__(self, path: Path) -> None:
        self._dial = Dial(path)
        self._underway = Underway(self._dial.now, on_wait=self.wake)
        self._engine = Engine(self._dial, self._underway)
        self._listeners: list[Callable[[], None]] = []

    @property
    def mode(self) -> str:
        """`real`, `set` (runs on at real speed from where it was set) or `frozen`."""
        return self._dial.mode

    @property
    def advancing_to(self) -> datetime | None:
        """Where an advance that is under way goes."""
        return self._engine.advancing_to

    @property
    def underway(self) -> Underway:
        """The works under way."""
        return self._underway

    def now(self) -> datetime:
        """The emulator's time, UTC."""
        return self._dial.now()

    def set(self, now: datetime) -> None:
        """Stand at this instant and run on from there; it may go back. Raises ValueError when it has no time zone."""
        self._jump("set", in_utc(now))

    def freeze(self, now: datetime | None = None) -> None:
        """Stand still: at this instant, or where it is."""
        self._jump("frozen", in_utc(now) if now else None)

    def use_real_time(self) -> None:
        """Follow real time again."""
        self._jump("real", None)

    def advance(self, to: datetime, *, limit_s: float = LIMIT_S) -> int:
        """Go forward, firing all that is due in between, each at its moment and settled before the next.

        Returns at how many moments something fired. `limit_s` is how long (real seconds) what fires at one moment may
        take. Raises ValueError for a moment that has passed or has no time zone, ClockError when it does not arrive:
        it stands (and goes on) where it got to then.
        """
        if in_utc(to) < self.now():
            raise ValueError(f"to={to.isoformat()}: the clock is at {self.now().isoformat()}; only `set` goes back")
        return self._engine.advance(in_utc(to), limit_s)

    def cancel(self) -> bool:
        """End an advance where it stands; False when there is none."""
        if not self.advancing_to:
            return False
        self._engine.cancel()
        return True

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call this after each jump."""
        self._listeners.append(listener)

    def add(self, agenda: Agenda, *, before_waits: bool = False) -> None:
        """Fire this when it is due: at one moment in the order of adding, and by default after those who wait."""
        agendas = self._engine.agendas
        agendas.insert(agendas.index(self._engine.waits) if before_waits else len(agendas), agenda)
        self.wake()

    def wake(self) -> None:
        """Something may be due earlier than it was, or have stopped waiting."""
        self._underway.rouse()
        self._engine.wake()

    def settle(self) -> None:
        """In an agenda's `fire`: while the clock advances, wait until nothing is under way."""
        self._engine.settle()

    def begin(self, name: str) -> Task:
        """Something is under way from now on."""
        return self._underway.begin(name)

    def start(self) -> None:
        """Begin to fire agendas as time runs."""
        self._engine.start()

    def stop(self) -> None:
        """Fire nothing more; an advance ends where it stands."""
        self._engine.stop()

    def _jump(self, mode: str, now: datetime | None) -> None:
        self._engine.jump(mode, now)
        self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC. Raises ValueError when it has no time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"now={moment.isoformat()}: expected a time zone, e.g. {moment.isoformat()}Z")
    return moment.astimezone(UTC)


__all__ = ["LIMIT_S", "ClockError", "EmulatorClock", "in_utc"]
