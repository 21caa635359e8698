"""Third-party packages for a Lambda: installed without Docker, slimmed, compiled, kept by what they were made of."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from uv import find_uv_bin

from cumulet.contracts.errors import ContractError
from infra.platforms import Platform

SURPLUS_FOLDERS = ("tests", "include", "bin", "__pycache__")
"""Folders that no import needs, wherever they are."""

SURPLUS = (
    *("*.pyi", "*.h", "*.hpp", "*.pxd", "*.pyx", "*.pxi", "*.pxi.in", "*.a", "*.map", "*.dist-info/RECORD"),
    *("numpy/f2py/*", "numpy/distutils/*"),
    *("flatbuffers/*", "google/protobuf/*", "google/_upb/*"),
    *("onnxruntime/transformers/*", "onnxruntime/quantization/*", "onnxruntime/tools/*", "onnxruntime/datasets/*"),
    "onnxruntime/capi/libonnxruntime.so*",  # the Python module links its own copy
    *("pyarrow/libarrow_flight*", "pyarrow/libarrow_python_flight*", "pyarrow/_flight*", "pyarrow/flight*"),
    *("pyarrow/_pyarrow_cpp_tests*", "pyarrow/libarrow_python*.so", "pyarrow/lib*.so.*.*.*", "pyarrow/src/*"),
    # Of Arrow: arrays, CSV and Parquet in memory. Its shared libraries all stay, because libarrow_python names them.
    *("pyarrow/_dataset*", "pyarrow/_acero*", "pyarrow/_substrait*", "pyarrow/_orc*", "pyarrow/_parquet_encryption*"),
    *("pyarrow/_s3fs*", "pyarrow/_gcsfs*", "pyarrow/_azurefs*", "pyarrow/_hdfs*", "pyarrow/_feather*"),
    # Of Powertools: logger, metrics, tracer. Its 550 other files would cost every cold start; drop this to use them.
    *("aws_lambda_powertools/event_handler/*", "aws_lambda_powertools/utilities/[!j_]*"),
    *("pyarrow/libgandiva*", "pyarrow/gandiva*", "swagger_ui_bundle/vendor/*/swagger-ui-es-bundle*"),
)
"""Files that no import of ours needs, by path; bundles are imported alone in the tests."""


def wheels(root: Path, requirements: Sequence[str], platform: Platform) -> Path:
    """Folder with the named packages at the versions of the lock, ready to be put into a Lambda package.

    Made once per requirements, lock and platform. Raises ContractError with uv's words when it cannot be made.
    """
    lock = root / "requirements.txt"
    recipe = (sorted(requirements), lock.read_text(), platform, SURPLUS, SURPLUS_FOLDERS, interpreter(platform))
    folder = root / ".build" / "wheels" / hashlib.sha256(repr(recipe).encode()).hexdigest()[:16]
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as aside:
            made = Path(aside) / "made"
            made.mkdir()
            install(made, sorted(requirements), lock, platform)
            slim(made)
            compile_all(made, platform)
            publish(made, folder)
    return folder


def publish(made: Path, place: Path) -> None:
    """Rename what was made aside to its place; when somebody else was faster, theirs is the same."""
    try:
        made.rename(place)
    except OSError:
        if not place.exists():
            raise


def install(folder: Path, requirements: Sequence[str], lock: Path, platform: Platform) -> None:
    """Install into a folder; from uv's cache alone when it suffices."""
    foreign = ["--python-version", platform.python, "--python-platform", platform.wheels] if platform.wheels else []
    command = [
        *(find_uv_bin(), "pip", "install", "--quiet", "--no-config", "--python", sys.executable),
        *("--target", str(folder), "--constraint", str(lock), "--only-binary", ":all:", *foreign, *requirements),
    ]
    for attempt in ([*command, "--offline"], command):
        result = subprocess.run(attempt, capture_output=True, text=True, check=False)
        if result.returncode == 0:
            return
        shutil.rmtree(folder)
        folder.mkdir()
    raise ContractError(f"wheels for {', '.join(requirements)} ({platform}): {result.stderr.strip()}")


def slim(folder: Path) -> None:
    """Remove what no import needs."""
    for path in sorted(folder.rglob("*"), reverse=True):
        name = path.relative_to(folder).as_posix()
        if path.is_dir():
            if path.name in SURPLUS_FOLDERS:
                shutil.rmtree(path)
            elif not any(path.iterdir()):
                path.rmdir()
        elif any(fnmatch.fnmatch(name, pattern) for pattern in SURPLUS):
            path.unlink()


def compile_all(folder: Path, platform: Platform) -> None:
    """Compile to bytecode that is never checked against its source: cold starts read no .py file."""
    python = interpreter(platform)
    if python is None:
        return  # only a slower cold start
    environment = {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [python, "-m", "compileall", "-qq", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(folder), "-p", "/var/task", str(folder)]
    subprocess.run(command, check=False, env=environment)


def interpreter(platform: Platform) -> str | None:
    """A Python of this machine that writes the platform's bytecode, if there is one."""
    if not platform.wheels:
        return sys.executable
    command = [find_uv_bin(), "python", "find", "--no-config", "--no-python-downloads", platform.python]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout.strip() or None
