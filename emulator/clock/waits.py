"""Those who wait for a moment, as an agenda."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from emulator.clock.underway import Underway


class Waits:
    """The agenda of those who wait for a moment: one after the other, each settled before the next goes on."""

    name = "waits"

    def __init__(self, underway: Underway, settle: Callable[[], None]) -> None:
        self._underway, self._settle = underway, settle

    def next_due(self, after: datetime) -> datetime | None:
        """The first moment that something waits for, also one that has passed (a jump went over it)."""
        return self._underway.first_wait()

    def fire(self, moment: datetime) -> None:
        """Let them go on."""
        while self._underway.release(moment):
            self._settle()
