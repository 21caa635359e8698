"""The warm parents of this emulator: one for each runtime, started when jobs are to be expected.

A fork is only as safe as its parent's threads, and macOS's own libraries start some: there, and where `os.fork` is
absent, every program gets an interpreter of its own, and the emulator's log says so once.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from emulator.sagemaker.containers import environment
from emulator.sagemaker.containers.preload import at_start
from emulator.sagemaker.containers.processes import Processes
from emulator.sagemaker.containers.warm_parent import ForkedProcess, WarmParent
from emulator.sagemaker.images import Runtime
from emulator.warm import program

FRESH = "jobs start in a fresh interpreter, 1 to 3 s later than on Linux: forking is not safe on this system"

log = logging.getLogger(__name__)


class WarmParents:
    """Forks a program where a warm parent of its runtime is ready, and sees to it that one is for the next."""

    def __init__(self, processes: Processes, folder: Path, *, wanted: bool = True) -> None:
        self._processes, self._folder = processes, folder
        self._lock = threading.Lock()
        self._parents: dict[Runtime, WarmParent] = {}
        self._works = wanted and sys.platform == "linux" and hasattr(os, "fork")
        self._said = not wanted

    def expect(self, runtime: Runtime) -> WarmParent | None:
        """Programs of this runtime are to come: its parent, which may not be ready yet. None where nothing forks."""
        if not self._works:
            if not self._said:
                log.warning(FRESH)
            self._said = True
            return None
        with self._lock:
            parent = self._parents.get(runtime)
            if parent and parent.outdated:
                parent.let_go()
                parent = None
            if parent is None:
                parent = self._parents[runtime] = WarmParent(runtime, self._env(runtime), self._processes)
            return parent

    def fork(self, runtime: Runtime, request: Mapping[str, Any], fds: Sequence[int]) -> ForkedProcess | None:
        """A forked process; None when the program needs an interpreter of its own, or no parent is ready."""
        argv, env = request["argv"], request["env"]
        if argv[0] != runtime.interpreter or program.parse(argv[1:]) is None:
            return None
        if at_start(env) != at_start(self._env(runtime)):
            return None
        parent = self.expect(runtime)
        if parent is None or not parent.ready.is_set():
            return None
        try:
            return parent.fork(request, fds)
        except OSError:
            return None

    def _env(self, runtime: Runtime) -> dict[str, str]:
        return environment.clean(runtime, self._folder / "parents")
