"""What CloudWatch keeps, in one SQLite file: data, alarms and their history, dashboards, tags."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emulator.cloudwatch.metrics import Datum, Metric
from emulator.cloudwatch.statistics import Sample

_SCHEMA = """
CREATE TABLE IF NOT EXISTS datum (metric TEXT, at INTEGER, unit TEXT, sample TEXT);
CREATE INDEX IF NOT EXISTS datum_at ON datum (metric, at);
CREATE TABLE IF NOT EXISTS metric (metric TEXT PRIMARY KEY, latest INTEGER);
CREATE TABLE IF NOT EXISTS document (kind TEXT, name TEXT, content TEXT, PRIMARY KEY (kind, name));
CREATE TABLE IF NOT EXISTS history (alarm TEXT, at REAL, item TEXT);
"""


class Store:
    """Every write is committed before its call returns, so a SIGKILL loses nothing that was acknowledged."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def add(self, data: Iterable[Datum]) -> None:
        """Add data, all or none."""
        rows = [(_key(d.metric), d.at, d.unit, _dump(d.sample)) for d in data]
        with self._transaction() as connection:
            connection.executemany("INSERT INTO datum VALUES (?, ?, ?, ?)", rows)
            latest = "INSERT INTO metric VALUES (?, ?) ON CONFLICT DO UPDATE SET latest = max(latest, excluded.latest)"
            connection.executemany(latest, [(metric, at) for metric, at, _, _ in rows])

    def samples(self, metric: Metric, start: int, end: int, unit: str | None = None) -> list[tuple[int, str, Sample]]:
        """(epoch second, unit, sample) of start <= at < end, oldest first."""
        query = "SELECT at, unit, sample FROM datum WHERE metric = ? AND at >= ? AND at < ? ORDER BY at"
        rows = self._read(query, (_key(metric), start, end))
        return [(at, found, _load(sample)) for at, found, sample in rows if unit in (None, found)]

    def metrics(self) -> list[tuple[Metric, int]]:
        """Every metric with the epoch second of its latest datum."""
        return [(_metric(key), latest) for key, latest in self._read("SELECT metric, latest FROM metric ORDER BY 1")]

    def put(self, kind: str, name: str, content: Any) -> None:
        """Write a document, e.g. an alarm."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO document VALUES (?, ?, ?)", (kind, name, json.dumps(content)))

    def get(self, kind: str, name: str) -> Any:
        """A document, or None."""
        rows = self._read("SELECT content FROM document WHERE kind = ? AND name = ?", (kind, name))
        return json.loads(rows[0][0]) if rows else None

    def all(self, kind: str) -> dict[str, Any]:
        """Every document of a kind by its name, in the order of names."""
        rows = self._read("SELECT name, content FROM document WHERE kind = ? ORDER BY name", (kind,))
        return {name: json.loads(content) for name, content in rows}

    def delete(self, kind: str, name: str) -> None:
        """Delete a document; what is gone already is no error."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM document WHERE kind = ? AND name = ?", (kind, name))

    def add_history(self, alarm: str, at: float, item: dict[str, Any]) -> None:
        """Append to an alarm's history; `at` is an epoch time."""
        with self._transaction() as connection:
            connection.execute("INSERT INTO history VALUES (?, ?, ?)", (alarm, at, json.dumps(item)))

    def history(self) -> list[tuple[str, float, dict[str, Any]]]:
        """Every history item, newest first: (alarm, epoch time, item)."""
        rows = self._read("SELECT alarm, at, item FROM history ORDER BY at DESC, rowid DESC")
        return [(alarm, at, json.loads(item)) for alarm, at, item in rows]

    def _read(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


def _key(metric: Metric) -> str:
    return json.dumps([metric.namespace, metric.name, metric.dimensions])


def _metric(key: str) -> Metric:
    namespace, name, dimensions = json.loads(key)
    return Metric(namespace, name, tuple((n, v) for n, v in dimensions))


def _dump(sample: Sample) -> str:
    return json.dumps([sample.count, sample.sum, sample.minimum, sample.maximum, sample.values])


def _load(text: str) -> Sample:
    count, total, minimum, maximum, values = json.loads(text)
    pairs = None if values is None else tuple((v, c) for v, c in values)
    return Sample(count, total, minimum, maximum, pairs)
