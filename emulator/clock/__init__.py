"""The emulator's clock: real by default; set, it stands at an instant and runs on from there at real speed."""

from __future__ import annotations

from emulator.clock.clock import EmulatorClock as EmulatorClock
