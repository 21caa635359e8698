"""One warm parent as the emulator sees it: started, asked to fork, told to go."""

from __future__ import annotations

import json
import logging
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from emulator.sagemaker.containers.processes import Processes
from emulator.sagemaker.images import Runtime
from emulator.warm import launch, parent

ROOT = Path(parent.__file__).parents[2]
IDLE_S = 900  # a parent that nobody asked for so long gives its memory back
LOOK_S = 10

log = logging.getLogger(__name__)


class WarmParent:
    """A process that has imported a runtime's libraries; it ends by itself once it is idle or let go."""

    def __init__(self, runtime: Runtime, env: Mapping[str, str], processes: Processes) -> None:
        self._runtime, self._env, self._processes = runtime, dict(env), processes
        self._lock = threading.Lock()
        self._packages: dict[str, int] = {}
        self._used = time.monotonic()
        self.left_out: list[str] = []
        self.pid = 0
        self.ready = threading.Event()
        self.ended = threading.Event()
        self._control, self._theirs = socket.socketpair()
        threading.Thread(target=self._live, name="sagemaker-warm", daemon=True).start()

    @property
    def outdated(self) -> bool:
        """Whether another is due: it has gone, or the packages changed since it imported them. One that never got
        ready is not: the next would not either.
        """
        if not self.ready.is_set():
            return False
        changed = any(_modified(folder) != then for folder, then in self._packages.items())
        return changed or self.ended.is_set() or self._control.fileno() < 0

    def fork(self, request: Mapping[str, Any], fds: Sequence[int]) -> ForkedProcess:
        """A child that runs the request. Raises OSError when the parent has gone."""
        ours, theirs = socket.socketpair()
        read, write = os.pipe()
        try:
            with theirs, self._lock:
                self._used = time.monotonic()
                socket.send_fds(self._control, [b"f"], [theirs.fileno(), write, *fds])
            ours.sendall(json.dumps({**request, "fds": list(fds)}).encode() + b"\n")
            return ForkedProcess(ours, read)
        except OSError:
            os.close(read)
            ours.close()
            raise
        finally:
            os.close(write)

    def let_go(self) -> None:
        """No more children; the process ends when those that it has do."""
        with self._lock:
            self._control.close()

    def _live(self) -> None:
        name = json.dumps(self._runtime.preload)
        command = [self._runtime.interpreter, "-c", parent.BOOT, str(ROOT), str(self._theirs.fileno()), name]
        launcher = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), "-", "shared", "/"]
        with self._theirs:
            process = self._processes.spawn([*launcher, *command], self._env, [self._theirs.fileno()])
        self.pid = process.pid
        with os.fdopen(process.output, "rb") as output:
            self._listen(output.fileno())
        self.let_go()
        self._processes.reap(process)
        self.ended.set()

    def _listen(self, output: int) -> None:
        """Read what it says until it ends; let it go when nobody asks it any more."""
        said = b""
        while True:
            if not select.select([output], [], [], LOOK_S)[0]:
                if time.monotonic() - self._used > IDLE_S:
                    self.let_go()
                continue
            chunk = os.read(output, 65_536)
            if not chunk:
                return
            *lines, said = (said + chunk).split(b"\n")
            for line in lines:
                self._hear(line.decode(errors="replace"))

    def _hear(self, line: str) -> None:
        word, _, text = line.partition(" ")
        if word != "ready" or self.ready.is_set():
            log.info("warm parent of %s: %s", self._runtime.interpreter, line)
            return
        report = json.loads(text)
        self._packages, self.left_out = report["packages"], report["left_out"]
        self.ready.set()


class ForkedProcess:
    """A child of a warm parent; its parent keeps its pid until it is reaped. `output` is the reader's to close.

    Raises ChildProcessError (an OSError) when the parent ended before it forked.
    """

    def __init__(self, channel: socket.socket, output: int) -> None:
        self.output = output
        self._channel = channel
        self._told = channel.makefile("r")
        word, _, pid = self._told.readline().partition(" ")
        if word != "pid":
            raise ChildProcessError("the warm parent, or its child, ended before it was a process of its own")
        self.pid = int(pid)
        self._status = 128 + 9  # where nobody tells it: the parent was killed, and its children with it

    def ended(self) -> None:
        """Block until it has ended."""
        try:
            self._status = int(self._told.readline().removeprefix("end ") or self._status)
        except ConnectionResetError:
            return

    def reap(self) -> int:
        """Let its pid go; the exit status (128 + n for signal n)."""
        self._told.close()
        self._channel.close()
        return self._status


def _modified(folder: str) -> int:
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0
