"""A lake in a folder, for what is to be measured or tried without S3: the same verbs, files instead of objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cumulet.adapters import parquet
from cumulet.contracts.manifests import sha256
from cumulet.core.schema import Columns


class FolderLake:
    """What `ingest` asks of a lake; `kept` keeps decoded objects as a warm function does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept = _Kept(self)

    def find(self, key: str) -> bytes | None:
        """The bytes of an object, or None."""
        path = self.folder / key
        return path.read_bytes() if path.is_file() else None

    def find_many(self, keys: Iterable[str]) -> Sequence[bytes | None]:
        """The bytes of several objects."""
        return [self.find(key) for key in keys]

    def put(self, key: str, data: bytes, content_type: str = "") -> str:
        """Write an object; its sha256."""
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return sha256(data)

    def write_tables(self, tables: Mapping[str, Columns]) -> dict[str, str]:
        """Write several tables; the sha256 of each."""
        return {key: self.put(key, parquet.encode(columns)) for key, columns in tables.items()}

    def sizes(self, prefix: str) -> dict[str, int]:
        """The bytes of every object below a prefix that ends with a folder, by key."""
        below = self.folder / prefix.rpartition("/")[0]
        found = {path.relative_to(self.folder).as_posix(): path for path in below.rglob("*") if path.is_file()}
        return {key: path.stat().st_size for key, path in sorted(found.items()) if key.startswith(prefix)}

    def list(self, prefix: str) -> Sequence[str]:
        """All keys below a prefix, sorted."""
        return [*self.sizes(prefix)]

    def delete(self, key: str) -> None:
        """Remove an object."""
        (self.folder / key).unlink(missing_ok=True)


class _Kept:
    def __init__(self, lake: FolderLake) -> None:
        self._lake = lake
        self._values: dict[str, tuple[int, Any]] = {}

    def find_many(self, keys: Sequence[str], decode: Callable[[bytes], Any]) -> list[Any]:
        return [self._value(key, decode) for key in keys]

    def _value(self, key: str, decode: Callable[[bytes], Any]) -> Any:
        path = self._lake.folder / key
        if not path.is_file():
            return None
        stamp = path.stat().st_mtime_ns
        if self._values.get(key, (0, None))[0] != stamp:
            self._values[key] = (stamp, decode(path.read_bytes()))
        return self._values[key][1]
