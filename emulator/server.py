"""The emulator as a process: port, state folder, ready line, signals."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvicorn

from emulator import leftovers
from emulator.clock import EmulatorClock
from emulator.errors import StartError
from emulator.lock import StateLock
from emulator.substrate import settings

SWITCH_S = 0.0005
STOP_S = 2  # how long requests under way may take at a stop


def serve(*, port: int, state: Path) -> None:
    """Run until SIGTERM or SIGINT. Raises StartError when the port or the state folder is in use."""
    # Requests wait for no more than half a millisecond of another thread's work (Python's own default is five)
    sys.setswitchinterval(SWITCH_S)
    state = state.resolve()
    lock = StateLock(state)
    listener = _listen(port)
    port = listener.getsockname()[1]
    endpoint = f"http://127.0.0.1:{port}"
    lock.describe(endpoint=endpoint)
    leftovers.discard(state)
    settings.apply(state=state, port=port)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    config = uvicorn.Config(
        _application(state, endpoint),
        access_log=False,
        lifespan="on",
        log_config=None,
        timeout_graceful_shutdown=STOP_S,
        timeout_keep_alive=75,
        ws="none",
    )
    server = _Server(config, endpoint)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.on_signal)
    server.run(sockets=[listener])
    if not server.started:
        raise StartError("the emulator did not start; its log above says why")


class _Server(uvicorn.Server):
    """Says when it is really ready: state restored, services started, port open."""

    def __init__(self, config: uvicorn.Config, endpoint: str) -> None:
        super().__init__(config)
        self._endpoint = endpoint

    def on_signal(self, number: int, frame: object) -> None:
        """Before and after serving (uvicorn raises the signal that it handled once more): end, with exit code 0."""
        if not self.started:
            sys.exit(0)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(f"emulator ready: {self._endpoint} pid {os.getpid()}", flush=True)


def _listen(port: int) -> socket.socket:
    # asyncio switches Nagle's algorithm off (40 ms an answer) only where the protocol is named
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()  # two may bind a port at once, only one can listen
    except OSError as error:
        raise StartError(
            f"port {port} is in use ({error.strerror}); give another --port, or 0 for a free one"
        ) from error
    return listener


def _application(state: Path, endpoint: str) -> Callable[..., Awaitable[None]]:
    from emulator.assembly import assemble  # imports ministack, which reads the settings above

    return assemble(state=state, endpoint=endpoint, clock=EmulatorClock(state / "clock.json"))
