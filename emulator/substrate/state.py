"""What ministack keeps: every service's state as the bytes of the file that it reads at its next start."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ministack.app import _build_persistence_save_dict
from ministack.core import persistence

ATTEMPTS = 20  # a state that changes while it is read is read again


def snapshots(*, skip: set[str]) -> Iterator[tuple[str, bytes]]:
    """Each loaded service's name and file content; `skip` are left out, and so is one that keeps changing."""
    for name, get_state in _build_persistence_save_dict().items():
        if name in skip:
            continue
        content = _content(name, get_state)
        if content is not None:
            yield name, content


def path(name: str) -> Path:
    """Where a service's file is."""
    return Path(persistence.STATE_DIR) / f"{name}.json"


def _content(name: str, get_state: Callable[[], Any]) -> bytes | None:
    for _ in range(ATTEMPTS):
        try:
            state = get_state()
            if state is None:
                return None
            wrapped = {"__ministack_format__": persistence._state_format_version(name), "payload": state}
            return json.dumps(wrapped, default=persistence._json_default).encode()
        except (RuntimeError, copy.Error):  # "dictionary changed size during iteration"
            time.sleep(0.01)
    return None
