"""What SageMaker knows, in one SQLite file that survives SIGKILL.

A resource is its Describe answer (JSON; times are epoch seconds) under (kind, name).
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS resources (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, name TEXT, arn TEXT UNIQUE, body TEXT, UNIQUE (kind, name));
CREATE TABLE IF NOT EXISTS tags (arn TEXT, key TEXT, value TEXT, PRIMARY KEY (arn, key));
CREATE TABLE IF NOT EXISTS processes (pid INTEGER PRIMARY KEY, started TEXT);
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

    def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(statement, values).fetchall()

    def insert(self, kind: str, name: str, arn: str, body: Mapping[str, Any]) -> bool:
        """Add a resource; False when the name is taken."""
        try:
            self._rows(
                "INSERT INTO resources (kind, name, arn, body) VALUES (?, ?, ?, ?)", kind, name, arn, dumps(body)
            )
        except sqlite3.IntegrityError:
            return False
        return True

    def get(self, kind: str, name: str) -> Body | None:
        """The resource's body, or None."""
        rows = self._rows("SELECT body FROM resources WHERE kind = ? AND name = ?", kind, name)
        return json.loads(rows[0][0]) if rows else None

    def update(self, kind: str, name: str, changes: Mapping[str, Any]) -> Body:
        """Merge changes into a body (None removes a member) and return it. Raises KeyError when it is gone."""
        with self._lock:
            body = self.get(kind, name)
            if body is None:
                raise KeyError(f"{kind}/{name}")
            body = {key: value for key, value in (body | dict(changes)).items() if value is not None}
            self._rows("UPDATE resources SET body = ? WHERE kind = ? AND name = ?", dumps(body), kind, name)
            return body

    def delete(self, kind: str, name: str) -> None:
        """Forget a resource and its tags."""
        with self._lock:
            self._rows("DELETE FROM tags WHERE arn IN (SELECT arn FROM resources WHERE kind=? AND name=?)", kind, name)
            self._rows("DELETE FROM resources WHERE kind = ? AND name = ?", kind, name)

    def all(self, kind: str) -> list[Body]:
        """Every resource of a kind, oldest first."""
        rows = self._rows("SELECT body FROM resources WHERE kind = ? ORDER BY number", kind)
        return [json.loads(body) for (body,) in rows]

    def has_arn(self, arn: str) -> bool:
        """Whether a resource has this ARN."""
        return bool(self._rows("SELECT 1 FROM resources WHERE arn = ?", arn))

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Add or replace tags."""
        for key, value in tags.items():
            self._rows("INSERT OR REPLACE INTO tags VALUES (?, ?, ?)", arn, key, value)

    def untag(self, arn: str, keys: list[str]) -> None:
        """Remove tags."""
        for key in keys:
            self._rows("DELETE FROM tags WHERE arn = ? AND key = ?", arn, key)

    def tags(self, arn: str) -> dict[str, str]:
        """The tags of an ARN, by key."""
        rows = self._rows("SELECT key, value FROM tags WHERE arn = ? ORDER BY key", arn)
        return dict(rows)

    def add_process(self, pid: int, started: str) -> None:
        """Remember a process group of ours; `started` tells it from a later process with the same number."""
        self._rows("INSERT OR REPLACE INTO processes VALUES (?, ?)", pid, started)

    def remove_process(self, pid: int) -> None:
        """Forget a process group that has ended."""
        self._rows("DELETE FROM processes WHERE pid = ?", pid)

    def processes(self) -> list[tuple[int, str]]:
        """The process groups remembered."""
        return [(pid, started) for pid, started in self._rows("SELECT pid, started FROM processes")]


def dumps(body: Mapping[str, Any]) -> str:
    """JSON as it is stored."""
    return json.dumps(body, separators=(",", ":"))
