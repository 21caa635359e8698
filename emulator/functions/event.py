"""One asynchronous event of a function, and the file that keeps it until it is done with."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from emulator.files import write_atomically
from emulator.functions.target import Reference
from emulator.service import Work


@dataclass(eq=False, kw_only=True)
class Event:
    """Accepted once, attempted until it succeeds, is too old, or has failed often enough; times are the clock's."""

    id: str  # the request id of every attempt
    reference: Reference
    payload: bytes
    accepted: datetime
    client_context: str = ""
    failures: int = 0
    throttles: int = 0
    due: datetime | None = None  # of the next attempt; None is at once
    work: Work | None = field(default=None, repr=False)


class Kept:
    """A folder with a file for each event that is not done with: it survives a SIGKILL."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, event: Event) -> None:
        """Write or rewrite an event."""
        of = event.reference
        content = {
            "id": event.id,
            "reference": [of.account, of.region, of.name, of.qualifier],
            "payload": base64.b64encode(event.payload).decode(),
            "accepted": event.accepted.isoformat(),
            "client_context": event.client_context,
            "failures": event.failures,
            "throttles": event.throttles,
            "due": event.due.isoformat() if event.due else None,
        }
        write_atomically(self._path(event.id), json.dumps(content).encode())

    def forget(self, event: Event) -> None:
        """It is done with."""
        self._path(event.id).unlink(missing_ok=True)

    def all(self) -> Iterator[Event]:
        """What an earlier emulator left, oldest first."""
        found = []
        for path in self._folder.glob("*.json"):
            with suppress(ValueError, KeyError):
                found.append(_read(json.loads(path.read_text())))
        yield from sorted(found, key=lambda event: event.accepted)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def _read(content: dict[str, Any]) -> Event:
    due = content["due"]
    return Event(
        id=content["id"],
        reference=Reference(*content["reference"]),
        payload=base64.b64decode(content["payload"]),
        accepted=datetime.fromisoformat(content["accepted"]),
        client_context=content["client_context"],
        failures=content["failures"],
        throttles=content["throttles"],
        due=datetime.fromisoformat(due) if due else None,
    )
