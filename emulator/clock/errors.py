"""What an advance can end with.

ClockError
├── ClockBusy          the clock advances already
├── AdvanceCancelled   somebody stopped the advance
└── StillUnderWay      what it started did not end in time
"""

from __future__ import annotations


class ClockError(Exception):
    """The clock could not do it; the text has the remedy."""


class ClockBusy(ClockError):
    """The clock advances already."""


class AdvanceCancelled(ClockError):
    """Somebody stopped the advance."""


class StillUnderWay(ClockError):
    """What was started did not end within the limit (real seconds)."""

    def __init__(self, names: list[str], limit_s: float) -> None:
        self.names = names
        super().__init__(f"still under way after {limit_s:g} s: {', '.join(names)}; stop it, or allow more limit_s")
