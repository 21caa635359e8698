"""Glue's catalog as ministack keeps it: databases, tables and registered partitions, read only."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import glue

Entry = Mapping[str, Any]


class GlueCatalog:
    """Implements `emulator.service.Catalog` for one account and region."""

    def __init__(self, *, account: str, region: str) -> None:
        self._account = account
        self._region = region

    def databases(self) -> list[Entry]:
        """Every database, by name."""
        with request_scope(self._account, self._region):
            return _sorted(copy.deepcopy(dict(glue._databases.items())).values())

    def tables(self, database: str) -> list[Entry]:
        """Every table of a database, by name; none where there is no such database."""
        with request_scope(self._account, self._region):
            kept = {key: value for key, value in glue._tables.items() if key.partition("/")[0] == database}
            return _sorted(copy.deepcopy(kept).values())

    def partitions(self, database: str, table: str) -> list[Entry]:
        """The partitions that are registered for a table."""
        with request_scope(self._account, self._region):
            return list(copy.deepcopy(glue._partitions.get(f"{database}/{table}", [])))


def _sorted(entries: Any) -> list[Entry]:
    found: Iterator[Entry] = iter(entries)
    return sorted(found, key=lambda entry: str(entry["Name"]))
