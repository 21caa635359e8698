"""All workers of a function share one unpacked copy of its code; ministack would unpack one for each worker."""

from __future__ import annotations

import io
import os
import tempfile
import threading
import zipfile
from collections import defaultdict
from pathlib import Path
from types import TracebackType
from typing import Any

from ministack.core import lambda_runtime

from emulator.substrate.code import Code, StoredCode, sha256_of

_spawning = threading.local()  # .folder: the unpacked code of the worker that this thread starts


def install(folder: Path) -> None:
    """Let every Python worker run from `folder/<SHA-256 of its zip>`, which stays for the next one.

    The worker's own folder has a link to it: paths are as before, and ending a worker deletes no code.
    """
    unpacker = Unpacker(folder)
    worker = lambda_runtime.Worker
    init, spawn = worker.__init__, worker._spawn

    def init_without_code(self: Any, func_name: str, config: dict[str, Any], code_zip: Code) -> None:
        init(self, func_name, config, code_zip)
        if str(config.get("Runtime", "")).startswith("python"):
            self.package, self.code_zip = code_zip, b""

    def spawn_from_folder(self: Any) -> None:
        package = getattr(self, "package", None)
        _spawning.folder = unpacker.unpack(package) if package else None
        spawn(self)

    worker.__init__ = init_without_code
    worker._spawn = spawn_from_folder
    lambda_runtime.zipfile = _Zipfile()


class Unpacker:
    """Unpacks a zip once; a folder that is there is complete."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def unpack(self, code: Code) -> Path:
        """The folder of a zip's content."""
        sha = sha256_of(code)
        target = self._folder / sha
        with self._locks[sha]:
            if not target.exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                unfinished = Path(tempfile.mkdtemp(dir=self._folder))
                with zipfile.ZipFile(io.BytesIO(code)) as archive:
                    archive.extractall(unfinished)
                unfinished.rename(target)
                if isinstance(code, StoredCode):
                    code.rest()
        return target


class _Zipfile:
    """The module `zipfile` for ministack's workers: a worker's code is linked, everything else unpacked."""

    def __getattr__(self, name: str) -> Any:
        return getattr(zipfile, name)

    def ZipFile(self, file: Any, *arguments: Any, **more: Any) -> Any:  # noqa: N802 - the module's own name
        folder = getattr(_spawning, "folder", None)
        if folder and os.path.basename(str(file)) == "code.zip":
            return _Link(folder)
        return zipfile.ZipFile(file, *arguments, **more)


class _Link:
    """Stands for the opened code.zip of a worker."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> _Link:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def extractall(self, path: str) -> None:
        Path(path).rmdir()
        Path(path).symlink_to(self._folder)
