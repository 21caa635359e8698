"""One running container: its output is read line by line, it can be stopped, and it has an exit status."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

from emulator.sagemaker.containers.starter import ContainerSpec, Starter

GRACE_S = 120  # AWS: SIGTERM, 120 seconds, SIGKILL
LINES_AT_ONCE = 500


class Container:
    """A started container; `on_lines` gets its output, a few lines at a time, from a thread of its own."""

    def __init__(self, spec: ContainerSpec, starter: Starter, on_lines: Callable[[list[str]], None]) -> None:
        self._processes = starter.processes
        self._process = starter.start(spec)
        self._on_lines = on_lines
        self._killer: threading.Timer | None = None
        self._reader = threading.Thread(target=self._read, name="sagemaker-log", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Of the leading process."""
        return self._process.pid

    def wait(self) -> int:
        """Block until it has ended and its output is read; the exit status (128 + n for signal n)."""
        status = self._processes.reap(self._process)
        self._reader.join()
        if self._killer:
            self._killer.cancel()
        return status

    def stop(self, grace_s: float = GRACE_S) -> None:
        """Ask it to end, and end it after the grace."""
        self._processes.signal(self._process, signal.SIGTERM)
        self._killer = threading.Timer(grace_s, self.kill)
        self._killer.daemon = True
        self._killer.start()

    def kill(self) -> None:
        """End it at once."""
        self._processes.signal(self._process, signal.SIGKILL)

    def _read(self) -> None:
        pending = b""
        with os.fdopen(self._process.output, "rb") as output:
            while chunk := os.read(output.fileno(), 65_536):
                *lines, pending = (pending + chunk).split(b"\n")
                for start in range(0, len(lines), LINES_AT_ONCE):
                    self._on_lines([_text(line) for line in lines[start : start + LINES_AT_ONCE]])
        if pending:
            self._on_lines([_text(pending)])


def _text(line: bytes) -> str:
    return line.decode(errors="replace").rstrip("\r")
