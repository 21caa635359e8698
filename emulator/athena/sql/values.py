"""Values and types as Athena shows them: text for every value, names of Trino for every type."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

NAMES = {
    "BOOLEAN": "boolean",
    "TINYINT": "tinyint",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "HUGEINT": "bigint",  # DuckDB's sum of integers; Trino's is a bigint
    "UTINYINT": "smallint",
    "USMALLINT": "integer",
    "UINTEGER": "bigint",
    "UBIGINT": "bigint",
    "FLOAT": "float",
    "DOUBLE": "double",
    "VARCHAR": "varchar",
    "JSON": "json",
    "BLOB": "varbinary",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
    "INTERVAL": "interval day to second",
    "NULL": "unknown",
}
_PRECISION = {
    "tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19, "float": 17, "double": 17, "varchar": 2147483647,
    "varbinary": 1073741824, "timestamp": 3, "timestamp with time zone": 3,
}  # fmt: skip


def column_info(name: str, duckdb_type: str) -> dict[str, Any]:
    """A column of a result as GetQueryResults describes it."""
    kind, scale = type_name(duckdb_type), 0
    precision = _PRECISION.get(kind, 0)
    if kind == "decimal":
        precision, scale = (int(part) for part in duckdb_type.strip("DECIMAL()").split(","))
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": kind,
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": kind == "varchar",
    }


def type_name(duckdb_type: str) -> str:
    """Athena's name of a type of DuckDB.

    >>> type_name("DECIMAL(18,3)"), type_name("INTEGER[]")
    ('decimal', 'array')
    """
    kind = duckdb_type.strip('"')
    if kind.endswith("]"):
        return "array"
    for prefix, name in (("DECIMAL", "decimal"), ("STRUCT", "row"), ("MAP", "map"), ("TIMESTAMP_", "timestamp")):
        if kind.startswith(prefix):
            return name
    return NAMES.get(kind, kind.lower())


def shown(value: Any, duckdb_type: str = "") -> str | None:
    """A value's text; None stays None (a NULL has no VarCharValue)."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _real(value) if duckdb_type == "FLOAT" else _java(repr(value), value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        zone = " UTC" if value.tzinfo else ""
        return f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03d}{zone}"
    if isinstance(value, time):
        return f"{value:%H:%M:%S}.{value.microsecond // 1000:03d}"
    if isinstance(value, timedelta):
        return _interval(value)
    if isinstance(value, bytes):
        return value.hex(" ")
    return _nested(value) if isinstance(value, list | tuple | Mapping) else _plain(value)


def _plain(value: int | date) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _nested(value: Any) -> str:
    """[a, b] and {k=v}, with null for NULL."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_inner(key)}={_inner(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(map(_inner, value)) + "]"


def _inner(value: Any) -> str:
    text = shown(value)
    return "null" if text is None else text


def _real(value: float) -> str:
    """The shortest text that gives back the same 32 bits."""
    packed = struct.pack("f", value)
    digits = next(
        (text for places in range(1, 10) if struct.pack("f", float(text := f"{value:.{places}g}")) == packed),
        repr(value),
    )
    return _java(repr(float(digits)), value)


def _java(text: str, value: float) -> str:
    """A number as Java writes it: 0.001 to 10,000,000 in full, others as 1.0E10.

    >>> _java("10000000000.0", 1e10), _java("0.5", 0.5)
    ('1.0E10', '0.5')
    """
    if value != value or value in (float("inf"), float("-inf")):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[text]
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return text
    sign, digits, exponent = Decimal(text).normalize().as_tuple()
    figures = "".join(map(str, digits))
    power = len(figures) - 1 + int(exponent)
    return f"{'-' if sign else ''}{figures[0]}.{figures[1:] or '0'}E{power}"


def _interval(value: timedelta) -> str:
    seconds = abs(value).total_seconds()
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, rest = divmod(rest, 60)
    sign = "-" if value < timedelta() else ""
    return f"{sign}{int(days)} {int(hours):02d}:{int(minutes):02d}:{rest:06.3f}"
