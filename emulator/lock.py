"""One emulator for one state folder."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from emulator.errors import StartError


class StateLock:
    """Held for the life of the process; the kernel releases it, whatever the end was.

    The file says who holds it: pid, endpoint.
    """

    def __init__(self, state: Path) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self._path = state / "emulator.json"
        self._file = self._path.open("a+")
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StartError(
                f"the state folder {state} is in use by a running emulator ({self._path.read_text().strip()});"
                " stop it, or give another --state"
            ) from error

    def describe(self, **about: Any) -> None:
        """Write who holds the lock."""
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps({"pid": os.getpid(), **about}))
        self._file.flush()
