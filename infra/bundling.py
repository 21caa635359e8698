"""What is shipped: a Lambda package or a zip application is the import closure of its modules, with its wheels.

Both are zips with sorted names and fixed dates: same sources, same bytes. They are kept under .build/, named by what
they were made of, so a second deploy makes nothing.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cumulet.contracts.closure import closure
from infra import job_main
from infra.platforms import Target
from infra.wheels import compile_all, publish, wheels

EPOCH = (1980, 1, 1, 0, 0, 0)
KEPT = 4
"""Packages of a function that stay under .build/: two targets, before and after an edit."""

JOB_REQUIREMENTS = (
    *("boto3", "numpy", "onnx", "onnxruntime", "pandas", "pandera", "protobuf", "pyarrow", "scikit-learn", "skl2onnx"),
    "tzdata",
)
"""What jobs import and their image may lack."""
BROUGHT = (
    *("torch", "filelock", "fsspec", "jinja2", "markupsafe", "mpmath", "networkx", "setuptools", "sympy"),
    "typing-extensions",
)
"""PyTorch and what it imports: the image of training jobs has them, in versions that fit each other."""


@dataclass(frozen=True)
class Bundle:
    """A zip and the hash of what it was made of."""

    path: Path
    digest: str


def function_package(root: Path, names: Sequence[str], modules: Sequence[str], target: Target) -> Bundle:
    """The package of the lambdas/<name>: their handlers' closure, that of modules loaded by name, and their wheels."""
    sources = closure(root, [*(f"lambdas.{name}.handler" for name in names), *modules])
    needed = {wheel for name in names for wheel in requirements(root / "lambdas" / name / "requirements.txt")}
    folder = wheels(root, sorted(needed), target.platform)
    digest = _digest([folder.name, *(f"{p} {_sha256(root / p)}" for p in sources)])
    stem = "-".join([*names, *(module.rpartition(".")[2] for module in modules[-1:])])
    path = root / ".build" / "functions" / f"{stem}-{digest}.zip"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as aside:
            code = Path(aside) / "code"
            for source in sources:
                (code / source).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(root / source, code / source)
            compile_all(code, target.platform)
            compression = zipfile.ZIP_DEFLATED if target.name == "aws" else zipfile.ZIP_STORED
            archive = write_zip(Path(aside) / "made.zip", [*_files(folder), *_files(code)], compression)
            publish(archive, path)
        _forget_old(path.parent, stem)
    return Bundle(path, digest)


def job_application(root: Path, modules: Sequence[str], use_case: str) -> Bundle:
    """The zip application of the jobs: `__main__.py`, pinned requirements.txt and the closure of the modules.

    Of what the use case's training needs besides, the image of the jobs brings PyTorch.
    """
    own = root / "usecases" / use_case / "requirements.txt"
    besides = [line for line in requirements(own) if line.split("==")[0] not in BROUGHT] if own.is_file() else []
    pins = [*(f"{name}=={_pinned(root, name)}" for name in JOB_REQUIREMENTS), *besides]
    texts = {"__main__.py": Path(job_main.__file__).read_bytes(), "requirements.txt": ("\n".join(pins) + "\n").encode()}
    texts |= {p.as_posix(): (root / p).read_bytes() for p in closure(root, modules)}
    digest = _digest([f"{name} {hashlib.sha256(data).hexdigest()}" for name, data in sorted(texts.items())])
    path = root / ".build" / "jobs" / f"{digest}.zip"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as aside:
            for name, data in texts.items():
                (Path(aside) / "code" / name).parent.mkdir(parents=True, exist_ok=True)
                (Path(aside) / "code" / name).write_bytes(data)
            files = _files(Path(aside) / "code")
            publish(write_zip(Path(aside) / "made.zip", files, zipfile.ZIP_DEFLATED), path)
    return Bundle(path, digest)


def write_zip(path: Path, files: Sequence[tuple[str, Path]], compression: int) -> Path:
    """Write (name, file) pairs: sorted, with fixed dates and modes."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, file in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = 0o100644 << 16
            entry.compress_type = compression
            archive.writestr(entry, file.read_bytes())
    return path


def requirements(path: Path) -> list[str]:
    """Names in a requirements file, without comments."""
    lines = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


def _forget_old(folder: Path, name: str) -> None:
    """Keep the newest packages of a function: each is up to 170 MB."""
    for old in sorted(folder.glob(f"{name}-*.zip"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        old.unlink(missing_ok=True)


def _pinned(root: Path, name: str) -> str:
    match = re.search(rf"^{re.escape(name)}==([^\s;]+)", (root / "requirements.txt").read_text(), re.MULTILINE)
    if match is None:
        raise KeyError(f"requirements.txt does not pin {name}")
    return match[1]


def _files(folder: Path) -> list[tuple[str, Path]]:
    return [(p.relative_to(folder).as_posix(), p) for p in folder.rglob("*") if p.is_file()]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]
