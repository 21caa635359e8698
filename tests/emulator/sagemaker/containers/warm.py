"""Runs programs anew and forked, to compare them."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from emulator.sagemaker.containers import environment
from emulator.sagemaker.containers.container import Container
from emulator.sagemaker.containers.namespaces import Namespaces
from emulator.sagemaker.containers.processes import Processes
from emulator.sagemaker.containers.starter import ContainerSpec, Starter
from emulator.sagemaker.containers.warm_parent import WarmParent
from emulator.sagemaker.containers.warm_parents import WarmParents
from emulator.sagemaker.images import Runtime
from emulator.sagemaker.store import Store

LIBRARIES = ("numpy", "pandas", "sklearn.ensemble")


@dataclass
class Run:
    """A program under way, and what it has printed so far."""

    container: Container
    lines: list[str]

    def end(self) -> tuple[int, list[str]]:
        """Wait: its exit status and its lines."""
        return self.container.wait(), self.lines


@dataclass
class Host:
    """Starts programs of one runtime; `parent` is there once the first was asked for."""

    folder: Path
    processes: Processes
    runtime: Runtime = field(default_factory=lambda: Runtime(sys.executable, LIBRARIES))

    def __post_init__(self) -> None:
        self.ml = self.folder / "ml"
        self.ml.mkdir(exist_ok=True)
        self.namespaces = Namespaces(self.folder)
        self.parents = WarmParents(self.processes, self.folder)
        self.fresh = WarmParents(self.processes, self.folder, wanted=False)

    def parent(self) -> WarmParent:
        """The warm parent, ready."""
        parent = self.parents.expect(self.runtime)
        assert parent is not None
        assert parent.ready.wait(60)
        return parent

    def start(self, *argv: str, forked: bool = True, fds: tuple[int, ...] = (), isolated: bool = False,
              **env: str) -> Run:  # fmt: skip
        """Start `python3 …`, its folder the job's."""
        if forked:
            self.parent()
        lines: list[str] = []
        starter = Starter(self.processes, self.namespaces, self.parents if forked else self.fresh)
        env = {**environment.clean(self.runtime, self.folder), **env}
        folder = "/opt/ml" if self.namespaces.work else str(self.ml)
        spec = ContainerSpec(self.runtime, ["python3", *argv], env, self.ml, folder, isolated, fds)
        return Run(Container(spec, starter, lines.extend), lines)

    def script(self, text: str, name: str = "job.py") -> str:
        """Write a script into the job's folder; its name."""
        (self.ml / name).write_text(text)
        return name

    def close(self) -> None:
        """End every process."""
        self.processes.close()


def open_host(folder: Path) -> Host:
    """A host with its state in a folder."""
    return Host(folder, Processes(Store(folder / "store.db")))
