"""The clock over HTTP: `/_emulator/clock` and `/_emulator/clock/advance`."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from emulator.clock.clock import LIMIT_S, EmulatorClock
from emulator.clock.errors import AdvanceCancelled, ClockBusy, ClockError, StillUnderWay
from emulator.service import Response

PATH = "/_emulator/clock"
SET = 'expected {"now": "2013-04-01T07:00:00Z"}, {"mode": "frozen"} (with or without now) or {"mode": "real"}'
ADVANCE = 'expected {"to": "2013-04-02T07:00:00Z"} or {"by_s": 86400}, and perhaps {"limit_s": 900}'
STATUS = {ClockBusy: 409, AdvanceCancelled: 409, StillUnderWay: 504}

Gone = Callable[[], Awaitable[None]]
"""Returns when the client has gone away."""


class ClockApi:
    """Shows, sets, freezes, follows, advances. An advance has a thread of its own, so that it blocks nobody."""

    def __init__(self, clock: EmulatorClock) -> None:
        self._clock = clock
        self._threads = ThreadPoolExecutor(thread_name_prefix="clock-advance")

    def shown(self) -> dict[str, Any]:
        """The time, the mode, and where an advance goes."""
        to = self._clock.advancing_to
        return {"now": iso(self._clock.now()), "mode": self._clock.mode, "advancing_to": iso(to) if to else None}

    async def handle(self, method: str, path: str, body: bytes, gone: Gone) -> Response:
        """Answer one request under PATH."""
        match method, path.removeprefix(PATH):
            case "GET", "":
                return _json(200, self.shown())
            case "PUT", "":
                return await self._answer(asyncio.to_thread(self._set, body), SET)
            case "POST", "/advance":
                return await self._answer(self._advance(body, gone), ADVANCE)
            case "DELETE", "/advance":
                return _json(200, {"cancelled": self._clock.cancel()})
        return _json(404, {"message": f"{method} {path}: expected GET or PUT {PATH}, POST or DELETE {PATH}/advance"})

    async def _answer(self, done: Awaitable[dict[str, Any]], expected: str) -> Response:
        """What was done, with the time before and after."""
        before = self._clock.now()
        try:
            extra = await done
        except ClockError as error:
            under_way = error.names if isinstance(error, StillUnderWay) else []
            return _json(STATUS[type(error)], {"message": str(error), "under_way": under_way, **self.shown()})
        except (ValueError, KeyError, AttributeError, TypeError, OverflowError) as error:
            return _json(400, {"message": f"{type(error).__name__}: {error}; {expected}"})
        went_back = self._clock.now() < before
        return _json(200, {**self.shown(), "before": iso(before), "went_back": went_back, **extra})

    def _set(self, body: bytes) -> dict[str, Any]:
        asked = json.loads(body)
        now = datetime.fromisoformat(asked["now"]) if "now" in asked else None
        if asked.get("mode") == "real":
            self._clock.use_real_time()
        elif asked.get("mode") == "frozen":
            self._clock.freeze(now)
        elif "mode" not in asked or asked["mode"] == "set":
            self._clock.set(datetime.fromisoformat(asked["now"]))
        else:
            raise ValueError(f"mode={asked['mode']!r}")
        return {}

    async def _advance(self, body: bytes, gone: Gone) -> dict[str, Any]:
        asked = json.loads(body)
        limit_s = float(asked.get("limit_s", LIMIT_S))
        if not limit_s > 0 or math.isinf(limit_s):
            raise ValueError(f"limit_s={limit_s}: expected seconds, more than 0")
        to = datetime.fromisoformat(asked["to"]) if "to" in asked else self._clock.now() + _by(asked["by_s"])
        submitted = self._threads.submit(self._clock.advance, to, limit_s=limit_s)
        advance = asyncio.wrap_future(submitted)
        leaving = asyncio.ensure_future(gone())
        either: list[asyncio.Future[Any]] = [advance, leaving]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not advance.done():
            self._clock.cancel()
        leaving.cancel()
        return {"moments": await advance}


def _by(seconds: float) -> timedelta:
    if seconds < 0:
        raise ValueError(f"by_s={seconds}: only set goes back")
    return timedelta(seconds=seconds)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, e.g. 2013-04-01T07:00:00.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(status: int, body: dict[str, Any]) -> Response:
    return Response(status, json.dumps(body).encode(), {"content-type": "application/json"})
