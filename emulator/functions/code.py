"""Code of functions and layers, unpacked once for each content and shared, read-only, by all environments."""

from __future__ import annotations

import io
import os
import platform
import re
import shutil
import sys
import tempfile
import threading
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from emulator.functions.target import Package

MACHINES = {0x3E: "x86_64", 0xB7: "aarch64"}  # ELF's e_machine
_TAGGED = re.compile(r"\.(cpython-\d+[a-z]*-[^.]+)\.so$")


class WrongPlatform(Exception):
    """A package was built for another Python or another processor; the message says which, and what to do."""


class Code:
    """The folder of unpacked packages, one by the SHA-256 of each zip; a folder that is there is complete."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def unpack(self, package: Package) -> Path:
        """The folder of a zip's content. Raises WrongPlatform, zipfile.BadZipFile, OSError."""
        target = self.folder / package.sha256
        with self._locks[package.sha256]:
            if not target.exists():
                self.folder.mkdir(parents=True, exist_ok=True)
                unfinished = Path(tempfile.mkdtemp(dir=self.folder))
                _extract(package, unfinished)
                unfinished.rename(target)
        check_platform(target)
        return target


def _extract(package: Package, folder: Path) -> None:
    """Unpack with the modes of the zip, nothing writable. Root can write all the same: environments mount it so."""
    with zipfile.ZipFile(io.BytesIO(package.read())) as archive:
        for entry in archive.infolist():
            path = Path(archive.extract(entry, folder))
            if path.is_dir():
                continue
            executable = (entry.external_attr >> 16) & 0o111
            path.chmod(0o555 if executable else 0o444)
    for parent, _, _ in os.walk(folder):
        os.chmod(parent, 0o755 if parent == str(folder) else 0o555)  # the top is renamed, and removed one day


def remove(folder: Path) -> None:
    """Remove a folder of read-only folders; what is gone is fine."""
    for parent, _, _ in os.walk(folder):
        os.chmod(parent, 0o755)  # noqa: S103 - ours
    shutil.rmtree(folder, ignore_errors=True)


@cache
def check_platform(folder: Path) -> None:
    """Raise WrongPlatform when a compiled module in a package cannot be loaded here, and none beside it can."""
    for path in _compiled(folder):
        found = _built_for(path)
        if found:
            ours = f"cpython-{sys.version_info.major}{sys.version_info.minor} {platform.machine()}"
            raise WrongPlatform(
                f"the package was built for {found} ({path.relative_to(folder)}), this emulator runs {ours};"
                " deploy with target local"
            )


def _compiled(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".so"):
                yield Path(parent, name)


def _built_for(path: Path) -> str | None:
    """What a shared object was built for, where that is not this interpreter."""
    tagged = _TAGGED.search(path.name)
    if tagged and f".{tagged[1]}.so" not in EXTENSION_SUFFIXES:
        stem = path.name[: tagged.start()]
        if any(path.with_name(stem + suffix).exists() for suffix in EXTENSION_SUFFIXES):
            return None
        python, _, machine = tagged[1].removeprefix("cpython-").partition("-")
        return f"cpython-{python} {machine.partition('-')[0]}"
    with path.open("rb") as file:
        header = file.read(20)
    machine = MACHINES.get(int.from_bytes(header[18:20], "little"), "") if header[:4] == b"\x7fELF" else ""
    return f"Linux {machine}" if machine and (machine != platform.machine() or sys.platform != "linux") else None
