"""Whether this machine lets a process have a /opt/ml of its own; tried once, not guessed from the platform."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cached_property
from pathlib import Path

from emulator.warm import launch

PROBE_S = 10


class Namespaces:
    """`work`: mount namespaces; `isolate`: network namespaces with them. Probed at the first question."""

    def __init__(self, folder: Path, *, wanted: bool = True) -> None:
        self._folder = folder
        self._wanted = wanted

    @cached_property
    def work(self) -> bool:
        """Whether /opt/ml can be bound to a folder."""
        return self._wanted and self._probe("shared")

    @cached_property
    def isolate(self) -> bool:
        """Whether the network can be taken away."""
        return self.work and self._probe("isolated")

    def _probe(self, network: str) -> bool:
        if sys.platform != "linux":
            return False
        ml = self._folder / f"probe-{network}"
        (ml / "found").mkdir(parents=True, exist_ok=True)
        program = ["/bin/sh", "-c", "test -d /opt/ml/found"]
        argv = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), str(ml), network, "/", *program]
        try:
            return subprocess.run(argv, capture_output=True, timeout=PROBE_S, check=False).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False
