"""What Athena knows, in one SQLite file that survives SIGKILL: JSON bodies under (kind, name), oldest first."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS things (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, name TEXT, body TEXT, UNIQUE (kind, name));
"""

Body = dict[str, Any]


class Store:
    """Thread-safe; every change is in the file when the call returns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;" + SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def get(self, kind: str, name: str) -> Body | None:
        """A body, or None."""
        rows = self._rows("SELECT body FROM things WHERE kind = ? AND name = ?", kind, name)
        return json.loads(rows[0][0]) if rows else None

    def put(self, kind: str, name: str, body: Mapping[str, Any]) -> None:
        """Add or replace a body; one that is replaced keeps its place."""
        self._rows(
            "INSERT INTO things (kind, name, body) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, name) DO UPDATE SET body = excluded.body",
            kind,
            name,
            json.dumps(body, separators=(",", ":")),
        )

    def change(self, kind: str, name: str, changes: Mapping[str, Any]) -> Body:
        """Merge changes into a body and return it. Raises KeyError when it is gone."""
        with self._lock:
            body = self.get(kind, name)
            if body is None:
                raise KeyError(f"{kind}/{name}")
            body |= changes
            self.put(kind, name, body)
            return body

    def delete(self, kind: str, name: str) -> None:
        """Forget a body."""
        self._rows("DELETE FROM things WHERE kind = ? AND name = ?", kind, name)

    def all(self, kind: str) -> list[Body]:
        """Every body of a kind, oldest first."""
        rows = self._rows("SELECT body FROM things WHERE kind = ? ORDER BY number", kind)
        return [json.loads(body) for (body,) in rows]

    def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(statement, values).fetchall()
