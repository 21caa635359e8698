"""Starting and stopping what is behind the gateway, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, Protocol

from emulator.errors import StartError
from emulator.persistence import Saver

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class Part(Protocol):
    """A service of ours, or another part that starts and stops with the emulator."""

    async def start(self) -> None:
        """Called once, after ministack's own state is restored and before the first request."""
        ...

    async def stop(self) -> None:
        """Called at a clean stop, before ministack's; nothing that it started may be left."""
        ...


class Lifespan:
    """ministack first, then our services; the other way round at the end. Nothing that they started is left."""

    def __init__(
        self,
        *,
        substrate: Application,
        services: Sequence[Part],
        saver: Saver,
        on_start: Callable[[], None],
        on_stop: Sequence[Callable[[], None]],
    ) -> None:
        self._inner = _Inner(substrate)
        self._services = services
        self._saver = saver
        self._on_start = on_start
        self._on_stop = on_stop

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve the server's lifespan connection."""
        await receive()
        try:
            await self._inner.send("startup")
            for service in self._services:
                await service.start()
            self._saver.start()
            self._on_start()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": f"{type(error).__name__}: {error}"})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _stop(self) -> None:
        for end in self._on_stop:
            await asyncio.to_thread(end)
        for service in reversed(self._services):
            await service.stop()
        await self._saver.stop()
        await self._inner.send("shutdown")


class _Inner:
    """ministack's own lifespan, spoken to as a server would."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._asked: asyncio.Queue[Message] = asyncio.Queue()
        self._answered: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def send(self, event: str) -> None:
        """Say `startup` or `shutdown` and wait until it is done."""
        if self._task is None:
            serve = self._application(
                {"type": "lifespan", "asgi": {"version": "3.0"}}, self._asked.get, self._answered.put
            )
            self._task = asyncio.ensure_future(serve)
        await self._asked.put({"type": f"lifespan.{event}"})
        answer = asyncio.ensure_future(self._answered.get())
        await asyncio.wait({answer, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done() or answer.result()["type"] != f"lifespan.{event}.complete":
            raise StartError(f"ministack did not complete its {event}")
