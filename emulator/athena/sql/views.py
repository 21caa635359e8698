"""A source of a query as a view of DuckDB: its files by name of column, its partition keys by file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emulator.athena.sql import duck
from emulator.athena.sql.binding import Source
from emulator.athena.sql.footers import Footer
from emulator.athena.sql.table import data_type

FILE = "file__"


@dataclass(frozen=True)
class Files:
    """The files of one source, by path: the values of their partition's keys, where they are in S3, what they hold."""

    values: dict[str, tuple[str, ...]]
    urls: dict[str, str]
    footers: dict[str, Footer]


def view(source: Source, files: Files) -> list[str]:
    """The statements that make a source's view: its files by name of column, typed as the catalog says."""
    table, name = source.table, source.name
    if not files.values:
        nothing = ", ".join(_null(column, hive) for column, hive in table.all_columns.items())
        return [f"CREATE TEMP VIEW {name} AS SELECT {nothing} WHERE false"]
    present = {column for footer in files.footers.values() for column in footer.columns}
    columns = [
        cast({column: hive}, "f.") if column in present else _null(column, hive)
        for column, hive in table.columns.items()
    ]
    listed = ", ".join(map(duck.text, files.values))
    read = f"read_parquet([{listed}], filename = '{FILE}', union_by_name = true, hive_partitioning = false) AS f"
    keys = table.partition_keys
    if not keys:
        return [f"CREATE TEMP VIEW {name} AS SELECT {', '.join(columns)} FROM {read}"]
    rows = ", ".join(f"({duck.text(path)}, {texts(values)})" for path, values in files.values.items())
    return [
        f"CREATE TEMP TABLE of_{name} AS SELECT * FROM (VALUES {rows}) AS given ({FILE}, {names(keys)})",
        f"CREATE TEMP VIEW {name} AS SELECT {', '.join([*columns, cast(keys, 'p.')])}"
        f" FROM {read} JOIN of_{name} AS p ON f.{FILE} = p.{FILE}",
    ]


def _null(column: str, hive: str) -> str:
    return f"CAST(NULL AS {_duckdb_type(hive)}) AS {duck.name(column)}"


def cast(columns: Mapping[str, str], prefix: str) -> str:
    """A list of columns, each cast to its type (as Hive writes it); the prefix names what they are of."""
    quoted = {duck.name(column): _duckdb_type(hive) for column, hive in columns.items()}
    return ", ".join(f"CAST({prefix}{column} AS {kind}) AS {column}" for column, kind in quoted.items())


def names(columns: Mapping[str, str]) -> str:
    """A list of quoted names."""
    return ", ".join(map(duck.name, columns))


def texts(values: Sequence[str]) -> str:
    """A list of literals."""
    return ", ".join(map(duck.text, values))


def _duckdb_type(hive: str) -> str:
    return data_type(hive).sql("duckdb")
