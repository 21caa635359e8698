"""Making an environment: code unpacked, credentials taken, Runtime API open, process forked."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from emulator.functions.code import Code
from emulator.functions.environment import Environment
from emulator.functions.target import Version
from emulator.functions.variables import libraries, variables
from emulator.functions.zygote import Zygote
from emulator.service import Cloud


class Launcher:
    """Launches environments; `folder` is where code is unpacked, `runtime` where AWS's runtime packages are."""

    def __init__(self, cloud: Cloud, *, folder: Path, runtime: Path, zygote: Zygote) -> None:
        self._cloud = cloud
        self._runtime = runtime
        self._tmp = cloud.state / "tmp" / "environments"
        self._zygote = zygote
        self.code = Code(folder / "code")
        self.layers = Code(folder / "layers")

    async def launch(self, environment: Environment) -> None:
        """Start the process of an environment. Raises WrongPlatform, ServiceError, OSError, zipfile.BadZipFile."""
        version = environment.version
        task, layers, credentials = await asyncio.to_thread(self._prepare, version)
        api = await environment.listen()
        found = variables(
            version,
            task=task,
            layers=layers,
            runtime=self._runtime,
            api=api,
            stream=environment.stream,
            endpoint=self._cloud.endpoint_url,
            credentials=credentials,
        )
        fds = environment.outputs.open()
        try:
            request = self._request(environment, found, task, layers)
            self._zygote.fork(request, fds, environment.started, environment.exited)
        finally:
            for fd in fds:
                os.close(fd)

    def _prepare(self, version: Version) -> tuple[Path, list[Path], dict[str, str]]:
        task = self.code.unpack(version.package)
        layers = [self.layers.unpack(layer) for layer in version.layers]
        return task, layers, self._cloud.role_credentials(version.role, version.name)

    def _request(
        self, environment: Environment, found: dict[str, str], task: Path, layers: list[Path]
    ) -> dict[str, Any]:
        folders = [str(self.code.folder), *([str(self.layers.folder)] if layers else [])]
        return {
            "id": environment.id,
            "variables": found,
            "task": str(task),
            "libraries": libraries(layers),
            "tmp": str(self._tmp / environment.id),
            "ephemeral_mb": environment.version.ephemeral_mb,
            "kept": [*folders, str(self._runtime), *_interpreter()],
            "fixed": folders,
        }

    def tmp_of(self, environment: Environment) -> Path:
        """The folder of its temporary files, where it has no /tmp of its own."""
        return self._tmp / environment.id


def _interpreter() -> list[str]:
    """Where Python and its packages are; a virtual environment's packages may be links to elsewhere."""
    return sorted({sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parent)})
