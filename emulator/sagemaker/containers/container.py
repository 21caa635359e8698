"""One running container: its output is read line by line, it can be stopped, and it has an exit status."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from emulator.sagemaker.containers.namespaces import Namespaces
from emulator.sagemaker.containers.processes import Processes

LAUNCH = Path(__file__).with_name("launch.py")
GRACE_S = 120  # AWS: SIGTERM, 120 seconds, SIGKILL
LINES_AT_ONCE = 500
OPT_ML = re.compile(r"(?<![\w./-])/opt/ml(?![\w.-])")


@dataclass(frozen=True)
class ContainerSpec:
    """What to run: `ml` becomes /opt/ml; paths in `argv`, `env` and `folder` are the container's."""

    interpreter: str
    argv: Sequence[str]
    env: Mapping[str, str]
    ml: Path
    folder: str = "/opt/ml"
    isolated: bool = False
    fds: Sequence[int] = field(default_factory=tuple)


class Container:
    """A started container; `on_lines` gets its output, a few lines at a time, from a thread of its own."""

    def __init__(
        self, spec: ContainerSpec, processes: Processes, names: Namespaces, on_lines: Callable[[list[str]], None]
    ) -> None:
        self._processes = processes
        argv = [_program(spec), *spec.argv[1:]]
        env, folder, ml = dict(spec.env), spec.folder, str(spec.ml)
        if not names.work:  # no mount namespaces: /opt/ml is spelt as the job's folder wherever we can see it
            argv = [rewrite(text, ml) for text in argv]
            env = {key: rewrite(text, ml) for key, text in env.items()}
            folder = rewrite(folder, ml)
        network = "isolated" if spec.isolated else "shared"
        launcher = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), ml if names.work else "-", network]
        self._process = processes.spawn([*launcher, folder, *argv], env, spec.fds)
        self._on_lines = on_lines
        self._killer: threading.Timer | None = None
        self._reader = threading.Thread(target=self._read, name="sagemaker-log", daemon=True)
        self._reader.start()

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
        output = self._process.stdout
        assert output is not None  # noqa: S101 - spawn always pipes
        pending = b""
        while chunk := os.read(output.fileno(), 65_536):
            *lines, pending = (pending + chunk).split(b"\n")
            for start in range(0, len(lines), LINES_AT_ONCE):
                self._on_lines([_text(line) for line in lines[start : start + LINES_AT_ONCE]])
        if pending:
            self._on_lines([_text(pending)])
        output.close()


def _program(spec: ContainerSpec) -> str:
    return spec.interpreter if spec.argv[0] in ("python", "python3") else spec.argv[0]


def _text(line: bytes) -> str:
    return line.decode(errors="replace").rstrip("\r")


def rewrite(text: str, ml: str) -> str:
    """A text with /opt/ml spelt as the job's folder."""
    return OPT_ML.sub(lambda _: ml, text)
