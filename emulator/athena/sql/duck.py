"""DuckDB, locked down: a query reads the files that it was planned for, and nothing else of this machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import duckdb

from emulator.athena.errors import SYSTEM, QueryFailed
from emulator.athena.sql.functions import MACROS

MEMORY = "512MB"
THREADS = 2
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": THREADS,
    "memory_limit": MEMORY,
    "temp_directory": "",  # what does not fit fails, rather than fill the disk
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}

_KINDS: Mapping[type[duckdb.Error], str] = {
    duckdb.OutOfMemoryException: "EXCEEDED_LOCAL_MEMORY_LIMIT: Query exhausted resources at this scale factor",
    duckdb.ConversionException: "INVALID_CAST_ARGUMENT",
    duckdb.OutOfRangeException: "NUMERIC_VALUE_OUT_OF_RANGE",
    duckdb.BinderException: "SYNTAX_ERROR",
    duckdb.CatalogException: "FUNCTION_NOT_FOUND",
    duckdb.InvalidInputException: "INVALID_FUNCTION_ARGUMENT",
}


def connect(files: Iterable[str] = ()) -> duckdb.DuckDBPyConnection:
    """A database in memory that may open these files alone; its settings cannot be changed any more."""
    connection = duckdb.connect(":memory:", config=CONFIG)
    connection.execute("SET TimeZone = 'UTC'")
    for macro in MACROS:
        connection.execute(macro)
    connection.execute(f"SET allowed_paths = [{', '.join(map(text, files))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def text(value: str) -> str:
    """A literal of SQL."""
    return "'" + value.replace("'", "''") + "'"


def name(value: str) -> str:
    """A quoted identifier of SQL."""
    return '"' + value.replace('"', '""') + '"'


def failure(error: duckdb.Error, urls: Mapping[str, str]) -> QueryFailed:
    """What an error of DuckDB is in Athena's words; `urls` are where the files come from, by their paths here."""
    lines = str(error).splitlines()
    message = re.sub(r"^[A-Z]\w*( [A-Z]\w*)* Error: ", "", lines[0]) if lines else type(error).__name__
    for path, url in urls.items():
        message = message.replace(path, url)
    if "value inf can't be cast" in message:  # a quotient of integers, as sqlglot writes it
        return QueryFailed("DIVISION_BY_ZERO: Division by zero")
    if "magic bytes" in message or isinstance(error, duckdb.IOException):
        return QueryFailed(f"HIVE_BAD_DATA: {message}")
    for kind, reason in _KINDS.items():
        if isinstance(error, kind):
            return QueryFailed(f"{reason}: {message}")
    return QueryFailed(f"GENERIC_INTERNAL_ERROR: {message}", category=SYSTEM)
