"""A lake in a folder: the same objects under the same keys, on this machine and seen by nobody else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from cumulet.adapters.kept import Kept
from cumulet.adapters.lake import Lake
from cumulet.contracts.errors import NotFoundError
from cumulet.contracts.manifests import sha256


class FolderLake(Lake):
    """Reads and writes files below a folder as `Lake` does the objects of a bucket."""

    def __init__(self, folder: Path) -> None:
        self.bucket, self._folder = str(folder), folder
        self.kept = Kept(self)

    def uri(self, key: str) -> str:
        """The file's path."""
        return str(self._folder / key)

    def get(self, key: str) -> bytes:
        """The bytes of a file. Raises NotFoundError when it is absent."""
        try:
            return (self._folder / key).read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError(f"{self.uri(key)} is absent") from error

    def put(self, key: str, data: bytes, content_type: str = "application/octet-stream") -> str:
        """Write a file and return the sha256 of its bytes."""
        path = self._folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return sha256(data)

    def delete(self, key: str) -> None:
        """Remove a file; absent already is fine."""
        (self._folder / key).unlink(missing_ok=True)

    def exists(self, key: str) -> bool:
        """Whether the file is there."""
        return (self._folder / key).is_file()

    def tags(self, prefix: str) -> dict[str, str]:
        """The entity tag, S3's MD5 in quotes, of every file below a prefix, by key, sorted."""
        data = {key: self.get(key) for key in self._keys(prefix)}
        return {key: f'"{hashlib.md5(each, usedforsecurity=False).hexdigest()}"' for key, each in data.items()}

    def sizes(self, prefix: str) -> dict[str, int]:
        """The bytes of every file below a prefix, by key, sorted."""
        return {key: (self._folder / key).stat().st_size for key in self._keys(prefix)}

    def etags(self, prefix: str, first: str, last: str) -> Iterator[tuple[str, str]]:
        """(key, entity tag) of the files below a prefix whose key is from `first` to `last`, in their order."""
        return ((key, tag) for key, tag in self.tags(prefix).items() if first <= key <= last)

    def _keys(self, prefix: str) -> list[str]:
        files = (self._folder / prefix).parent.rglob("*") if self._folder.is_dir() else iter(())
        keys = (path.relative_to(self._folder).as_posix() for path in files if path.is_file())
        return sorted(key for key in keys if key.startswith(prefix))
