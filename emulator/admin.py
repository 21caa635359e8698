"""What the emulator says about itself and lets be set: `/_emulator/health` and `/_emulator/clock`."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from emulator.clock import EmulatorClock
from emulator.persistence import Saver
from emulator.service import Response


class Admin:
    """The routes under `/_emulator/`. They are for the machine's owner: no signature, and the port is local."""

    def __init__(self, *, clock: EmulatorClock, services: Sequence[str], saver: Saver) -> None:
        self._clock = clock
        self._services = sorted(services)
        self._saver = saver

    async def handle(self, method: str, path: str, body: bytes) -> Response:
        """Answer one request."""
        if (method, path) == ("GET", "/_emulator/health"):
            return _json(200, self._health())
        if (method, path) == ("GET", "/_emulator/clock"):
            return _json(200, self._time())
        if (method, path) == ("PUT", "/_emulator/clock"):
            return await self._set(body)
        return _json(404, {"message": f"{method} {path}: expected GET /_emulator/health or GET, PUT /_emulator/clock"})

    def _health(self) -> dict[str, object]:
        substrate = f"ministack {version('ministack')}"
        return {
            "status": "ready",
            "version": substrate,
            "services": self._services,
            "clock": self._time(),
            "pid": os.getpid(),
            "persistence": {"saves": self._saver.saves, "last_ms": self._saver.last_save_ms},
        }

    def _time(self) -> dict[str, str]:
        return {"now": iso(self._clock.now()), "mode": self._clock.mode}

    async def _set(self, body: bytes) -> Response:
        """Set the clock; answers when everything that depends on it (alarms) was evaluated."""
        before = self._clock.now()
        try:
            asked = json.loads(body)
            if asked.get("mode") == "real":
                await asyncio.to_thread(self._clock.use_real_time)
            else:
                await asyncio.to_thread(self._clock.set, datetime.fromisoformat(asked["now"]))
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            expected = 'expected {"now": "2013-04-01T07:00:00Z"} or {"mode": "real"}'
            return _json(400, {"message": f"{type(error).__name__}: {error}; {expected}"})
        return _json(200, {**self._time(), "before": iso(before), "went_back": self._clock.now() < before})


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, e.g. 2013-04-01T07:00:00.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(status: int, body: dict[str, object] | dict[str, str]) -> Response:
    return Response(status, json.dumps(body).encode(), {"content-type": "application/json"})
