"""What Parquet files say of themselves: the bytes of each column, which is what Athena bills, and the rows."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from emulator.athena.sql import duck

KEPT = 10_000  # files

_SIZES = (
    "SELECT file_name, lower(split_part(path_in_schema, ', ', 1)), sum(total_compressed_size)::BIGINT"
    " FROM parquet_metadata([{}]) GROUP BY ALL"
)
_ROWS = "SELECT file_name, num_rows FROM parquet_file_metadata([{}])"


@dataclass(frozen=True)
class Footer:
    """Of one file: the compressed bytes of each column, by its name in lower case, and the number of rows."""

    columns: Mapping[str, int]
    rows: int


class Footers:
    """Reads footers, and keeps those of files that have not changed since."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, int, int], Footer] = {}

    def of(self, paths: Iterable[Path]) -> dict[str, Footer]:
        """By path. Raises duckdb.Error when a file is no Parquet, FileNotFoundError when it is gone."""
        keys = {str(path): (str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths}
        with self._lock:
            absent = [path for path, key in keys.items() if key not in self._kept]
        read = _read(absent) if absent else {}
        with self._lock:
            if len(self._kept) + len(read) > KEPT:
                self._kept.clear()
            self._kept |= {keys[path]: footer for path, footer in read.items()}
            return {path: read.get(path) or self._kept[key] for path, key in keys.items()}


def _read(paths: list[str]) -> dict[str, Footer]:
    listed = ", ".join(map(duck.text, paths))
    with duck.connect(paths) as connection:
        rows = connection.execute(_SIZES.format(listed)).fetchall()
        counts = connection.execute(_ROWS.format(listed)).fetchall()
    columns: dict[str, dict[str, int]] = {path: {} for path in paths}
    for path, column, size in rows:
        columns[path][column] = size
    return {path: Footer(columns[path], int(number)) for path, number in counts}
