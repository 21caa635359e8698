"""What CloudWatch keeps, in one SQLite file: data, alarms and their history, dashboards, tags."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
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
CREATE INDEX IF NOT EXISTS history_at ON history (alarm, at);
"""
FLUSH_AT = 500  # buffered data are written when they are this many

Row = tuple[str, int, str, str]
Item = tuple[str, float, dict[str, Any]]  # alarm, epoch time, the history item


class Store:
    """Every write is committed before its call returns, but for `buffer`: a SIGKILL loses nothing acknowledged."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._buffered: list[Row] = []
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Write what is buffered and close the file."""
        with self._lock:
            self.flush()
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
        self._insert([_row(datum) for datum in data])

    def buffer(self, data: Iterable[Datum]) -> None:
        """Add data that nobody was promised: written at the next `flush`, read or full buffer."""
        with self._lock:
            self._buffered.extend(_row(datum) for datum in data)
            if len(self._buffered) >= FLUSH_AT:
                self.flush()

    def flush(self) -> None:
        """Write what is buffered."""
        with self._lock:
            rows, self._buffered = self._buffered, []
            self._insert(rows)

    def _insert(self, rows: list[Row]) -> None:
        if not rows:
            return
        with self._transaction() as connection:
            connection.executemany("INSERT INTO datum VALUES (?, ?, ?, ?)", rows)
            latest = "INSERT INTO metric VALUES (?, ?) ON CONFLICT DO UPDATE SET latest = max(latest, excluded.latest)"
            connection.executemany(latest, [(metric, at) for metric, at, _, _ in rows])

    def samples(self, metric: Metric, start: int, end: int) -> list[tuple[int, str, Sample]]:
        """(epoch second, unit, sample) of start <= at < end, oldest first."""
        query = "SELECT at, unit, sample FROM datum WHERE metric = ? AND at >= ? AND at < ? ORDER BY at, rowid"
        rows = self._read(query, (_key(metric), start, end))
        return [(at, unit, _load(sample)) for at, unit, sample in rows]

    def metrics(self) -> list[tuple[Metric, int]]:
        """Every metric with the epoch second of its latest datum."""
        return [(_metric(key), latest) for key, latest in self._read("SELECT metric, latest FROM metric ORDER BY 1")]

    def put(self, kind: str, name: str, content: Any) -> None:
        """Write a document, e.g. a dashboard."""
        self.write(documents=[(kind, name, content)])

    def write(self, *, documents: Sequence[tuple[str, str, Any]] = (), history: Sequence[Item] = ()) -> None:
        """Write documents and append to histories in one transaction; a document that is None is deleted."""
        kept = [(kind, name, json.dumps(content)) for kind, name, content in documents if content is not None]
        gone = [(kind, name) for kind, name, content in documents if content is None]
        items = [(alarm, at, json.dumps(item)) for alarm, at, item in history]
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO document VALUES (?, ?, ?)", kept)
            connection.executemany("DELETE FROM document WHERE kind = ? AND name = ?", gone)
            connection.executemany("INSERT INTO history VALUES (?, ?, ?)", items)

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
        self.write(documents=[(kind, name, None)])

    def history(self, alarm: str | None, start: float, end: float) -> list[Item]:
        """The history items of an alarm (None: of all) of start <= time <= end, newest first."""
        query = "SELECT alarm, at, item FROM history WHERE at >= ? AND at <= ? AND (? IS NULL OR alarm = ?)"
        rows = self._read(f"{query} ORDER BY at DESC, rowid DESC", (start, end, alarm, alarm))
        return [(name, at, json.loads(item)) for name, at, item in rows]

    def _read(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock:
            self.flush()
            return self._connection.execute(query, values).fetchall()


def _row(datum: Datum) -> Row:
    s = datum.sample
    return _key(datum.metric), datum.at, datum.unit, json.dumps([s.count, s.sum, s.minimum, s.maximum, s.values])


@lru_cache(maxsize=4096)
def _key(metric: Metric) -> str:
    return json.dumps([metric.namespace, metric.name, metric.dimensions])


def _metric(key: str) -> Metric:
    namespace, name, dimensions = json.loads(key)
    return Metric(namespace, name, tuple((n, v) for n, v in dimensions))


def _load(text: str) -> Sample:
    count, total, minimum, maximum, values = json.loads(text)
    pairs = None if values is None else tuple((v, c) for v, c in values)
    return Sample(count, total, minimum, maximum, pairs)
