"""The emulator's clock: real by default; it can be set, frozen, and advanced with all that is due on the way."""

from __future__ import annotations

from emulator.clock.clock import EmulatorClock as EmulatorClock
from emulator.clock.errors import ClockError as ClockError
