"""SHOW and DESCRIBE: answered from the catalog, their rows as Athena's Hive writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from emulator.athena.errors import QueryFailed
from emulator.athena.sql.statement import Utility
from emulator.service import Catalog

Rows = list[tuple[str, ...]]
Allow = Callable[[str, str, str], None]  # an action of Glue's, database, table; raises QueryFailed

COLUMNS: Mapping[str, Sequence[str]] = {
    "SHOW DATABASES": ("database_name",),
    "SHOW TABLES": ("tab_name",),
    "SHOW COLUMNS": ("field",),
    "SHOW PARTITIONS": ("partition",),
    "DESCRIBE": ("col_name", "data_type", "comment"),
}


def rows(statement: Utility, *, catalog: Catalog, allow: Allow, database: str) -> Rows:
    """The rows of a statement's result. Raises QueryFailed when what it is about does not exist."""
    if statement.name == "SHOW DATABASES":
        allow("glue:GetDatabases", "", "")
        return [(name,) for name in _like(_names(catalog.databases()), statement.pattern)]
    named = statement.database or database
    if named not in _names(catalog.databases()):
        raise QueryFailed(f"FAILED: SemanticException [Error 10072]: Database does not exist: {named}")
    if statement.name == "SHOW TABLES":
        allow("glue:GetTables", named, "")
        return [(name,) for name in _like(_names(catalog.tables(named)), statement.pattern)]
    allow("glue:GetTable", named, statement.table)
    table = next((entry for entry in catalog.tables(named) if entry["Name"] == statement.table), None)
    if table is None:
        raise QueryFailed(f"FAILED: SemanticException [Error 10001]: Table not found {named}.{statement.table}")
    columns = table.get("StorageDescriptor", {}).get("Columns", [])
    keys = table.get("PartitionKeys") or []
    if statement.name == "SHOW COLUMNS":
        return [(column["Name"],) for column in [*columns, *keys]]
    if statement.name == "DESCRIBE":
        return _described(columns, keys)
    allow("glue:GetPartitions", named, statement.table)
    names = [key["Name"] for key in keys]
    registered = catalog.partitions(named, statement.table)
    return sorted(("/".join(map("=".join, zip(names, found["Values"], strict=True))),) for found in registered)


def _names(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(entry["Name"]) for entry in entries]


def _like(names: Sequence[str], pattern: str) -> list[str]:
    """Those that fit one of the alternatives of a pattern, in which * stands for anything."""
    if not pattern:
        return list(names)
    fits = re.compile("|".join(re.sub(r"(?<!\.)\*", ".*", part) for part in pattern.split("|")))
    return [name for name in names if fits.fullmatch(name)]


def _described(columns: Sequence[Mapping[str, Any]], keys: Sequence[Mapping[str, Any]]) -> Rows:
    found = [_column(column) for column in [*columns, *keys]]
    if keys:
        found += [("", "", ""), ("# Partition Information", "", ""), ("# col_name", "data_type", "comment")]
        found += [("", "", ""), *map(_column, keys)]
    return found


def _column(column: Mapping[str, Any]) -> tuple[str, ...]:
    return str(column["Name"]), str(column.get("Type", "")), str(column.get("Comment") or "")
