"""The systems that days come from: files in a folder, an HTTP service, a database table.

`usecase.toml` chooses one in a section [source]; without it the use case has its own (`usecases/<name>/source.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from cumulet.adapters.sources.files import Files
from cumulet.adapters.sources.http import Http
from cumulet.adapters.sources.table import Table, end_of
from cumulet.contracts.errors import ContractError
from cumulet.contracts.settings import SourceSettings

__all__ = ["Files", "Http", "Source", "Table", "open_source"]


class Source(Protocol):
    """Asked for a day, a system hands over what it knows of it at that night's cut-off."""

    def day(self, day: date) -> Mapping[str, bytes]:
        """The tables (CSV, JSON Lines or Parquet). Raises NotFoundError for a day that it does not have."""
        ...


def open_source(
    settings: SourceSettings, tables: tuple[str, ...], state: Path, cut_off: Callable[[date], datetime] = end_of
) -> Source:
    """The source that settings describe, for the tables of a use case; `state` is a folder that survives a restart.

    Raises ContractError for a kind that there is not, or without what the kind needs.
    """
    limit = settings.megabytes * 1_000_000
    needed = {"files": ("folder",), "http": ("url",), "table": ("database", "updated_at")}.get(settings.kind)
    if needed is None:
        raise ContractError(f"[source] kind={settings.kind!r}: expected files, http or table")
    for name in needed:
        if not getattr(settings, name):
            raise ContractError(f"[source] kind={settings.kind} needs {name}")
    if settings.kind == "files":
        return Files(Path(settings.folder), tables, settings.pattern, limit)
    if settings.kind == "http":
        return Http(settings.url, tables, limit=limit, timeout_s=settings.timeout_s)
    return Table(Path(settings.database), tables, settings.updated_at, state / "watermarks.json", cut_off)
