"""Starts a container's program: forked from a warm parent where that is the same, else anew."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from emulator.sagemaker.containers.namespaces import Namespaces
from emulator.sagemaker.containers.preload import LIBRARIES
from emulator.sagemaker.containers.processes import Process, Processes
from emulator.sagemaker.containers.warm_parents import WarmParents
from emulator.sagemaker.images import Runtime
from emulator.warm import launch

OPT_ML = re.compile(r"(?<![\w./-])/opt/ml(?![\w.-])")


@dataclass(frozen=True)
class ContainerSpec:
    """What to run: `ml` becomes /opt/ml; paths in `argv`, `env` and `folder` are the container's."""

    runtime: Runtime
    argv: Sequence[str]
    env: Mapping[str, str]
    ml: Path
    folder: str = "/opt/ml"
    isolated: bool = False
    fds: Sequence[int] = field(default_factory=tuple)


@dataclass(frozen=True)
class Starter:
    """Turns specifications into processes of ours."""

    processes: Processes
    namespaces: Namespaces
    parents: WarmParents

    def start(self, spec: ContainerSpec) -> Process:
        """The program as a process that leads a session of its own."""
        spec = replace(spec, argv=[_program(spec), *spec.argv[1:]])
        if not self.namespaces.work:
            spec = spelt_out(spec)
        ml = str(spec.ml) if self.namespaces.work else "-"
        request = {"argv": spec.argv, "env": dict(spec.env), "ml": ml, "isolated": spec.isolated, "folder": spec.folder}
        request["late"] = LIBRARIES
        forked = self.parents.fork(spec.runtime, request, spec.fds)
        if forked:
            return self.processes.adopt(forked)
        network = "isolated" if spec.isolated else "shared"
        launcher = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), ml, network, spec.folder]
        return self.processes.spawn([*launcher, *spec.argv], dict(spec.env), spec.fds)


def _program(spec: ContainerSpec) -> str:
    return spec.runtime.interpreter if spec.argv[0] in ("python", "python3") else spec.argv[0]


def spelt_out(spec: ContainerSpec) -> ContainerSpec:
    """Without mount namespaces /opt/ml is spelt as the job's folder wherever we can see it."""
    ml = str(spec.ml)
    env = {key: rewrite(text, ml) for key, text in spec.env.items()}
    return replace(spec, argv=[rewrite(text, ml) for text in spec.argv], env=env, folder=rewrite(spec.folder, ml))


def rewrite(text: str, ml: str) -> str:
    """A text with /opt/ml spelt as the job's folder."""
    return OPT_ML.sub(lambda _: ml, text)
