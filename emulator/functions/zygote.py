"""The zygote as the engine sees it: a process that forks environments in milliseconds and says when they end."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

log = logging.getLogger("emulator.functions")

ROOT = Path(__file__).parents[2]
PROGRAM = f"import sys; sys.path.append({str(ROOT)!r}); from emulator.functions.runtime import zygote; zygote.main()"
# The zygote inherits nothing of the host's environment but where its libraries are.
INHERITED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
AWSLAMBDARIC, OWN = "awslambdaric", "own"

Started = Callable[[int], None]
Ended = Callable[[int], None]


class Zygote:
    """Lives in the engine's loop; started anew when it has ended and the next environment is wanted."""

    def __init__(self, *, runtime: Path, folder: Path, client: str) -> None:
        self._runtime = runtime
        self._folder = folder
        self._client = client
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._data = b""
        self._starting: dict[str, tuple[Started, Ended]] = {}
        self._ended: dict[int, Ended] = {}

    def start(self) -> None:
        """Start it, if it does not run. Call it in the loop's thread, which has to outlive it."""
        if self._control is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        ours, its = socket.socketpair()
        arguments = [str(its.fileno()), str(self._runtime), self._client, str(self._folder)]
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-X", "utf8", "-c", PROGRAM, *arguments],
            env={name: os.environ[name] for name in INHERITED if name in os.environ},
            pass_fds=[its.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        its.close()
        ours.setblocking(False)
        self._control = ours
        asyncio.get_running_loop().add_reader(ours.fileno(), self._read)

    def fork(self, request: Mapping[str, Any], fds: Sequence[int], started: Started, ended: Ended) -> None:
        """Fork an environment; `started(pid)` and `ended(waitpid's status)` are called in the loop."""
        self.start()
        self._starting[request["id"]] = (started, ended)
        line = json.dumps(request).encode() + b"\n"
        if self._control is not None:
            self._control.setblocking(True)  # a request is small: it waits at most until the zygote has forked others
            try:
                socket.send_fds(self._control, [line], fds)
            except OSError:
                self._lost()
            else:
                self._control.setblocking(False)

    def kill(self, pid: int) -> None:
        """Kill an environment and what it started; nothing when it has ended."""
        if pid in self._ended:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)

    def close(self) -> None:
        """End it, and with it every environment."""
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _read(self) -> None:
        try:
            data = self._control.recv(1 << 16) if self._control is not None else b""
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lost()
            return
        *lines, self._data = (self._data + data).split(b"\n")
        for line in lines:
            self._heard(json.loads(line))

    def _heard(self, message: dict[str, Any]) -> None:
        if "started" in message:
            started, ended = self._starting.pop(message["started"])
            self._ended[message["pid"]] = ended
            started(message["pid"])
        elif "exited" in message:
            self._ended.pop(message["exited"])(message["status"])
        elif not message["sandboxed"] and sys.platform == "linux":
            log.warning("mount namespaces are not allowed here: functions share /tmp (TMPDIR is their own)")

    def _lost(self) -> None:
        """The zygote has gone, and the environments with it."""
        log.warning("the process that functions are forked from has ended; the next call starts another")
        self.close()
        starting, ended = list(self._starting.values()), list(self._ended.values())
        self._starting.clear()
        self._ended.clear()
        self._data = b""
        for end in [*(end for _, end in starting), *ended]:
            end(signal.SIGKILL)
