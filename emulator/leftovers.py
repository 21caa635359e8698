"""What an emulator that was killed left in the state folder, taken away at the next start."""

from __future__ import annotations

import shutil
import tempfile
import threading
from pathlib import Path


def discard(state: Path) -> None:
    """Take away the temporary files, and the unpacked code of functions that are no more.

    They are moved aside at once and deleted in the background; what that does not get to, the next start does.
    """
    trash = state / "trash"
    trash.mkdir(parents=True, exist_ok=True)
    for path in [state / "tmp", *_orphans(state)]:
        if path.exists():
            path.rename(Path(tempfile.mkdtemp(dir=trash)) / path.name)
    threading.Thread(target=shutil.rmtree, args=(trash, True), name="leftovers", daemon=True).start()


def _orphans(state: Path) -> list[Path]:
    """Folders of unpacked code whose zip is not among those that ministack keeps; they are named by its SHA-256."""
    kept = {path.stem for path in (state / "services" / "lambda-blobs").glob("*.zip")}
    folder = state / "functions"
    return [path for path in folder.iterdir() if path.name not in kept] if folder.exists() else []
