"""What the clock shows, and the file that keeps it."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emulator.files import write_atomically

SAVE_EVERY_S = 0.02  # real seconds, in an advance at whose moments nothing goes on


class Dial:
    """Real time plus an offset in seconds, or an instant at which it is held. `fired_until`: all due by then has fired.

    After a kill in the middle of an advance it goes on from the instant at which it stood, with `fired_until` as it
    was; what was due while no emulator ran is not made up for.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._saved = 0.0
        saved: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        offset_s = saved.get("offset_s")
        self.mode: str = saved.get("mode", "real" if offset_s is None else "set")  # real, set or frozen
        self._offset_s: float = offset_s or 0.0
        self._held = _moment(saved.get("held"))
        if self._held and self.mode != "frozen":
            self.mode, self._offset_s = "set", self._held.timestamp() - time.time()
            self.fired_until = _moment(saved.get("fired_until")) or self._held
            self._held = None
        else:
            self.fired_until = (_moment(saved.get("fired_until")) if self._held else None) or self.now()

    def now(self) -> datetime:
        """The time that it shows, UTC."""
        return self._held or datetime.fromtimestamp(time.time() + self._offset_s, tz=UTC)

    @property
    def stands(self) -> bool:
        """Whether it is held at an instant."""
        return self._held is not None

    def show(self, mode: str, now: datetime | None = None) -> None:
        """Jump: `real`, or `set` or `frozen` at an instant (where it is by default); nothing on the way fires."""
        at = now or self.now()
        self.mode = mode
        self._offset_s = 0.0 if mode == "real" else at.timestamp() - time.time()
        self._held = at if mode == "frozen" else None
        self.fired_until = self.now()
        self.save()

    def hold(self, moment: datetime) -> None:
        """Stand at a moment of an advance; moments that pass quickly are not all written."""
        self._held = moment.astimezone(UTC)
        if time.monotonic() - self._saved > SAVE_EVERY_S:
            self.save()

    def let_go(self) -> None:
        """After an advance: stay where it is when frozen, else run on from there."""
        if self._held and self.mode != "frozen":
            self.mode, self._offset_s, self._held = "set", self._held.timestamp() - time.time(), None
        self.save()

    def save(self) -> None:
        """Write the file."""
        self._saved = time.monotonic()
        saved = {
            "mode": self.mode,
            "offset_s": None if self.mode == "real" else self._offset_s,
            "held": self._held.isoformat() if self._held else None,
            "fired_until": self.fired_until.isoformat(),
        }
        write_atomically(self._path, json.dumps(saved).encode())


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
