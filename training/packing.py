"""The model artifact on disk: the files that serve it, and a model.tar.gz whose bytes depend on its content only."""

from __future__ import annotations

import gzip
import io
import re
import tarfile
from pathlib import Path

from cumulet.contracts.closure import closure, read
from cumulet.contracts.errors import ContractError

SCRIPT = Path("batch/inference.py")
SERVING = ("numpy", "onnxruntime", "pyarrow")
"""What the inference script needs besides the standard library."""


def write_code(root: Path, use_case: str, folder: Path) -> None:
    """Write code/ of the artifact: inference.py at its top, what it imports, and requirements.txt with exact pins.

    `root` is the repository or the zip application that runs the job. Any SageMaker inference container in script mode
    can serve the artifact with it.
    """
    for path in closure(root, ["batch.inference", f"usecases.{use_case}"]):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(read(root, path))
    (folder / SCRIPT.name).write_bytes(read(root, SCRIPT))
    (folder / "requirements.txt").write_text(_pins(read(root, Path("requirements.txt")).decode()))


def _pins(lock: str) -> str:
    pins = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", lock, re.MULTILINE))
    absent = [name for name in SERVING if name not in pins]
    if absent:
        raise ContractError(f"requirements.txt pins no {', '.join(absent)}: the inference container needs them")
    return "".join(f"{name}=={pins[name]}\n" for name in SERVING)


def pack(folder: Path) -> bytes:
    """A tar.gz of a folder: names sorted, no times, no owners; equal content is equal bytes."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = tarfile.TarInfo(path.relative_to(folder).as_posix())
            entry.size, entry.mode = path.stat().st_size, 0o644
            with path.open("rb") as stream:
                tar.addfile(entry, stream)
    return gzip.compress(plain.getvalue(), compresslevel=6, mtime=0)
