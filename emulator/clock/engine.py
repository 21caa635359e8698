"""Firing what is due, in order, each at its own moment: as time runs, and as the clock advances."""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from emulator.clock.dial import Dial
from emulator.clock.errors import ClockBusy, ClockError
from emulator.clock.underway import Underway
from emulator.clock.waits import Waits
from emulator.service import Agenda

log = logging.getLogger("emulator.clock")

LOOK_S = 1.0
"""Agendas that have changed without calling `wake` are seen within this many real seconds."""


class Engine:
    """Fires agendas; at one moment in their order, each settled (when advancing) before the next."""

    def __init__(self, dial: Dial, underway: Underway) -> None:
        self._dial, self._underway = dial, underway
        self.waits = Waits(underway, self.settle)
        self.agendas: list[Agenda] = [self.waits]
        self.advancing_to: datetime | None = None
        self._firing = threading.Lock()  # held by whoever fires: the thread of time that runs, or an advance
        self._changed = threading.Condition()
        self._version = 0
        self._cancelled = self._stopped = False
        self._advancer: int | None = None
        self._limit_s = 0.0
        self._moment: datetime | None = None
        self._fired: list[Agenda] = []  # at _moment

    def settle(self) -> None:
        """In the thread of an advance: wait until nothing is under way; elsewhere nothing."""
        if self._advancer == threading.get_ident():
            if self._underway.is_active:
                self._dial.save()  # a kill from here on leaves the clock at this moment, which fires again
            self._underway.settle(self._limit_s, lambda: self._cancelled)

    def wake(self) -> None:
        """Something may be due earlier than it was."""
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    def advance(self, to: datetime, limit_s: float) -> int:
        """Go to a moment and fire all that is due on the way; how many moments that were. Raises ClockError."""
        with self._changed:
            if self.advancing_to:
                raise ClockBusy(self._busy())
            self.advancing_to, self._cancelled, self._limit_s = to, self._stopped, limit_s
        try:
            with self._firing:
                self._advancer = threading.get_ident()
                self._dial.hold(self._dial.now())
                try:
                    return self._run_to(to)
                finally:
                    self._advancer = None
                    self._dial.let_go()
        finally:
            self.advancing_to = None
            self.wake()

    def cancel(self) -> None:
        """End an advance where it stands."""
        self._cancelled = True
        self._underway.notify()

    def jump(self, mode: str, now: datetime | None) -> None:
        """Show another time without firing what lies between. Raises ClockBusy while the clock advances."""
        if self.advancing_to:
            raise ClockBusy(self._busy())
        with self._firing:
            self._dial.show(mode, now)
            self._moment = None
        self.wake()

    def start(self) -> None:
        """Begin to fire as time runs."""
        threading.Thread(target=self._run, name="clock", daemon=True).start()

    def stop(self) -> None:
        """Fire nothing more."""
        self._stopped = True
        self.cancel()
        self.wake()

    def _run(self) -> None:
        while not self._stopped:
            version = self._version
            delay_s = self._catch_up()
            with self._changed:
                if version == self._version and not self._stopped:
                    self._changed.wait(delay_s)

    def _catch_up(self) -> float:
        """Fire what is due by now; the seconds until the next look."""
        with self._firing:
            now = self._dial.now()
            while (moment := self._next()) is not None and moment <= now and not self._stopped:
                self._fire(moment)
            self._dial.fired_until = max(now, self._dial.fired_until)
            return LOOK_S if moment is None else min(LOOK_S, max(0.0, (moment - self._dial.now()).total_seconds()))

    def _run_to(self, to: datetime) -> int:
        moments = 0
        self.settle()
        while (moment := self._next()) is not None and moment <= to:
            self._dial.hold(max(moment, self._dial.now()))
            self._fire(moment)
            moments += 1
        self._dial.fired_until = to
        self._dial.hold(to)
        return moments

    def _next(self) -> datetime | None:
        """The first moment at which something is due that has not fired."""
        return min((due for agenda in self.agendas if (due := self._due(agenda))), default=None)

    def _due(self, agenda: Agenda) -> datetime | None:
        """When an agenda has something due; only a wait may be late (a jump went over it)."""
        try:
            due = agenda.next_due(self._dial.fired_until)
        except Exception:
            log.exception("%s cannot say when something is due, and does not fire", agenda.name)
            return None
        return due if due and (due > self._dial.fired_until or agenda is self.waits) else None

    def _fire(self, moment: datetime) -> None:
        """Fire what is due at a moment, also what became due while others fired; none of the agendas twice."""
        if moment != self._moment:
            self._moment, self._fired = moment, []
        while agenda := self._first_due(moment):
            self._fired.append(agenda)
            try:
                agenda.fire(moment)
            except ClockError:
                raise
            except Exception:
                log.exception("%s could not be fired at %s", agenda.name, moment.isoformat())
            self.settle()
        self._dial.fired_until = max(self._dial.fired_until, moment)

    def _first_due(self, moment: datetime) -> Agenda | None:
        for agenda in self.agendas:
            if agenda not in self._fired or agenda is self.waits:
                due = self._due(agenda)
                if due and due <= moment:
                    return agenda
        return None

    def _busy(self) -> str:
        to = self.advancing_to.isoformat() if self.advancing_to else "its end"
        return f"the clock advances to {to}; wait for it, or cancel it (DELETE /_emulator/clock/advance)"
