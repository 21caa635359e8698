"""What an emulator that was killed left in the state folder, taken away at the next start."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

from emulator.functions.code import remove


def discard(state: Path) -> None:
    """Take away the temporary files, and the unpacked code of functions that are no more.

    They are moved aside at once and deleted in the background; what that does not get to, the next start does.
    """
    trash = state / "trash"
    trash.mkdir(parents=True, exist_ok=True)
    for path in [state / "tmp", *_orphans(state)]:
        if path.exists():
            path.rename(Path(tempfile.mkdtemp(dir=trash)) / path.name)
    threading.Thread(target=remove, args=(trash,), name="leftovers", daemon=True).start()


def _orphans(state: Path) -> list[Path]:
    """Unpacked code, named by its zip's SHA-256, whose zip is not among those that ministack keeps; and all layers."""
    kept = {path.stem for path in (state / "services" / "lambda-blobs").glob("*.zip")}
    functions = state / "functions"
    code = functions / "code"
    old = [path for path in code.iterdir() if path.name not in kept] if code.exists() else []
    return [*old, functions / "layers"]
