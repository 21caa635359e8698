"""Lambda as ministack runs it locally: workers that end with the emulator and see AWS's runtime, not this host's."""

from __future__ import annotations

import logging
import os
import sys
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from ministack.core import lambda_runtime

from emulator.substrate import code, failures, unpacking

log = logging.getLogger("emulator.functions")

# What AWS's own Python runtimes bring along; everything else must be in the function's package.
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")

# Runs first in each worker. A worker that waits for its next event ends when its standard input closes; the thread
# ends one that is in the middle of a call when the emulator dies.
_PROLOGUE = """
def _end_with(emulator):
    import os, sys, threading, time
    def watch():
        while os.getppid() == emulator:
            time.sleep(0.5)
        os._exit(1)
    threading.Thread(target=watch, daemon=True).start()
    own = (sys.base_prefix, os.path.dirname(__file__))
    sys.path[:] = [p for p in sys.path if p.startswith(own) and not p.endswith("-packages")] + [{runtime!r}]
    sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in repr(finder)]
_end_with({pid})
"""


def install(state: Path) -> None:
    """Give every Python worker the prologue, the runtime's packages only, shared code and AWS's errors."""
    os.environ.pop("LOG_LEVEL", None)  # ministack has read its own; loggers inside functions would obey it too
    runtime = _runtime_folder(state / "runtime")
    prologue = _PROLOGUE.format(runtime=str(runtime), pid=os.getpid())
    code.install()
    unpacking.install(state / "functions")
    failures.install()
    lambda_runtime._PYTHON_WORKER_SCRIPT = prologue + lambda_runtime._PYTHON_WORKER_SCRIPT
    detect = lambda_runtime._detect_runtime_binary

    def detect_and_warn(runtime: str) -> tuple[str, str]:
        _warn(runtime)
        binary, script = detect(runtime)
        return binary, script

    lambda_runtime._detect_runtime_binary = detect_and_warn


def stop() -> None:
    """End every worker."""
    lambda_runtime.reset()


def _runtime_folder(folder: Path) -> Path:
    """A folder with links to the packages of the runtime, and nothing else of this interpreter's."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in RUNTIME:
        found = distribution(name)
        for top in {Path(file).parts[0] for file in found.files or () if ".." not in Path(file).parts}:
            link = folder / top
            target = Path(str(found.locate_file(top)))
            if link.is_symlink() and link.readlink() != target:
                link.unlink()
            if not link.is_symlink() and target.exists() and top != "__pycache__":
                link.symlink_to(target)
    return folder


@cache
def _warn(runtime: str) -> None:
    """Say once that a function does not get the Python it asks for."""
    ours = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if runtime.startswith("python") and runtime != ours:
        log.warning("a function asks for %s and gets this interpreter, %s", runtime, ours)
