"""What a job leaves behind when it fails: the reason, where SageMaker looks for it."""

from __future__ import annotations

import functools
import os
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from cumulet.contracts.errors import CumuletError

Main = Callable[[Sequence[str] | None], None]
FILES = ("failure", "message")
"""A training job's FailureReason and a processing job's ExitMessage are read from these."""


def reported(main: Main) -> Main:
    """A job's main that writes the reason of a failure to the output folder before the process ends.

    An error of ours becomes SystemExit with its exit code; any other is raised as it is, after its traceback.
    """

    @functools.wraps(main)
    def run(argv: Sequence[str] | None = None) -> None:
        try:
            main(argv)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            print(traceback.format_exc() if not isinstance(error, CumuletError) else reason, flush=True)
            _write(reason[:1024])
            if isinstance(error, CumuletError):
                raise SystemExit(error.exit_code) from error
            raise

    return run


def _write(reason: str) -> None:
    folder = Path(os.environ.get("SM_OUTPUT_DIR", "/opt/ml/output"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            (folder / name).write_text(reason)
    except OSError as error:
        print(f"could not write the reason to {folder}: {error}", flush=True)
