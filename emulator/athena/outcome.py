"""What a statement gives, and how it is ended before that."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from emulator.athena.errors import QueryCancelled


@dataclass(frozen=True)
class Outcome:
    """A result's columns and file, and what it took to get it."""

    columns: Sequence[dict[str, Any]]
    body: bytes
    bytes_scanned: int = 0
    rows_read: int = 0
    rows: int = 0


class Connection(Protocol):
    """What a query runs on."""

    def interrupt(self) -> None:
        """End what runs on it."""
        ...


class Interrupt:
    """Ends a query from another thread, whether it runs already or not."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self.asked = False

    def ask(self) -> None:
        """End it."""
        with self._lock:
            self.asked = True
            if self._connection is not None:
                self._connection.interrupt()

    def check(self) -> None:
        """Raise QueryCancelled when it has been asked to end."""
        if self.asked:
            raise QueryCancelled("Query cancelled by user")

    @contextmanager
    def of(self, connection: Connection) -> Iterator[None]:
        """In this block the query runs on the connection."""
        with self._lock:
            self._connection = connection
        try:
            self.check()
            yield
        finally:
            with self._lock:
                self._connection = None
