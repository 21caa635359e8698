"""Files in a folder, found by the day in their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cumulet.contracts.errors import ContractError, NotFoundError


@dataclass(frozen=True)
class Files:
    """`pattern` names a day's file of a table below the folder; it may hold * where names vary, but one must match."""

    folder: Path
    tables: tuple[str, ...]
    pattern: str = "{date}/{table}.*"
    limit: int = 256_000_000
    """Bytes of a file."""

    def day(self, day: date) -> Mapping[str, bytes]:
        """The files that there are. Raises NotFoundError when there is none, ContractError when a name is not clear."""
        found = {table: path for table in self.tables if (path := self._path(table, day))}
        if not found:
            raise NotFoundError(f"{self.folder / self.pattern.format(date=day, table='*')}: there is no such file")
        return {table: self._content(path) for table, path in found.items()}

    def _path(self, table: str, day: date) -> Path | None:
        paths = sorted(p for p in self.folder.glob(self.pattern.format(date=day, table=table)) if p.is_file())
        if len(paths) > 1:
            names = ", ".join(path.name for path in paths)
            raise ContractError(f"{table} of {day}: {names} all match {self.pattern}; leave one, or narrow the pattern")
        if paths and not paths[0].resolve().is_relative_to(self.folder.resolve()):
            raise ContractError(
                f"{paths[0]}: it leads out of {self.folder}, so it is not handed over; put the file there"
            )
        if paths and (size := paths[0].stat().st_size) > self.limit:
            raise ContractError(f"{paths[0]}: {size} bytes, at most {self.limit} are handed over")
        return paths[0] if paths else None

    def _content(self, path: Path) -> bytes:
        """The bytes of a file, which may have grown since it was looked at."""
        with path.open("rb") as file:
            content = file.read(self.limit + 1)
        if len(content) > self.limit:
            raise ContractError(f"{path}: it grows beyond {self.limit} bytes; hand it over when it is whole")
        return content
