"""What the emulator says about itself and lets be set: `/_emulator/health` and `/_emulator/clock`."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from importlib.metadata import version

from emulator.clock.api import PATH, ClockApi, Gone
from emulator.persistence import Saver
from emulator.service import Response


class Admin:
    """The routes under `/_emulator/`. They are for the machine's owner: no signature, and the port is local."""

    def __init__(self, *, clock: ClockApi, services: Sequence[str], saver: Saver) -> None:
        self._clock = clock
        self._services = sorted(services)
        self._saver = saver

    async def handle(self, method: str, path: str, body: bytes, gone: Gone) -> Response:
        """Answer one request; `gone` returns when the client has gone away."""
        if path in (PATH, f"{PATH}/advance"):
            return await self._clock.handle(method, path, body, gone)
        if (method, path) == ("GET", "/_emulator/health"):
            return _json(200, self._health())
        return _json(404, {"message": f"{method} {path}: expected GET /_emulator/health or {PATH}"})

    def _health(self) -> dict[str, object]:
        substrate = f"ministack {version('ministack')}"
        return {
            "status": "ready",
            "version": substrate,
            "services": self._services,
            "clock": self._clock.shown(),
            "pid": os.getpid(),
            "persistence": {"saves": self._saver.saves, "last_ms": self._saver.last_save_ms},
        }


def _json(status: int, body: dict[str, object]) -> Response:
    return Response(status, json.dumps(body).encode(), {"content-type": "application/json"})
