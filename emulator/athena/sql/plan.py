"""What a query will read: of each table the partitions and columns that it needs, as views that DuckDB can run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import duckdb
from sqlglot import exp

from emulator.athena.names import bucket_of
from emulator.athena.sql import duck
from emulator.athena.sql.binding import Bound, Source
from emulator.athena.sql.footers import Footers
from emulator.athena.sql.partitions import Partition, partitions
from emulator.athena.sql.pruning import Need, check_injected, needs
from emulator.athena.sql.translation import to_duckdb
from emulator.athena.sql.views import Files, cast, names, texts, view
from emulator.service import Catalog, Objects


class MayRead(Protocol):
    """What the caller may read; each raises QueryFailed when they may not."""

    def glue(self, action: str, database: str, table: str) -> None:
        """Do this to a table of the catalog."""
        ...

    def list(self, bucket: str) -> None:
        """List a bucket."""
        ...

    def read(self, bucket: str, key: str) -> None:
        """Get an object."""
        ...


@dataclass(frozen=True)
class Plan:
    """Statements that set up the views, the query over them, the files that it opens, and what it scans."""

    setup: tuple[str, ...]
    query: str
    names: tuple[str, ...]
    urls: Mapping[str, str] = field(default_factory=dict)  # s3://… by the path here
    bytes_scanned: int = 0
    rows_read: int = 0


class Planner:
    """Plans queries over a catalog and the objects that its tables name."""

    def __init__(self, *, catalog: Catalog, objects: Objects) -> None:
        self._catalog = catalog
        self._objects = objects
        self._footers = Footers()
        self._judge = duck.connect()  # sees the values of partition keys and no file

    def plan(self, bound: Bound, *, access: MayRead, now: datetime) -> Plan:
        """Raises QueryFailed: an injected key without its value, an object that is no Parquet or may not be read."""
        required = needs(bound)
        setup: list[str] = []
        urls: dict[str, str] = {}
        scanned = rows = 0
        for source in bound.sources:
            need = required[source.name]
            files = self._read(self._partitions(source, need, access, now), access)
            setup += view(source, files)
            urls |= files.urls
            used = need.columns & source.table.columns.keys()
            scanned += sum(footer.columns.get(column, 0) for footer in files.footers.values() for column in used)
            rows += sum(footer.rows for footer in files.footers.values())
        return Plan(tuple(setup), to_duckdb(bound.expression, now=now), bound.names, urls, scanned, rows)

    def _partitions(self, source: Source, need: Need, access: MayRead, now: datetime) -> list[Partition]:
        table = source.table
        check_injected(source, need.conditions)
        if table.partition_keys and not table.projected:
            access.glue("glue:GetPartitions", table.database, table.name)
        access.list(bucket_of(table.location)[0])
        found = partitions(table, catalog=self._catalog, objects=self._objects, now=now)
        return self._pruned(source, found, need.conditions, now) if need.conditions and found else found

    def _read(self, kept: Sequence[Partition], access: MayRead) -> Files:
        files = Files({}, {}, {})
        for partition in kept:
            for found in partition.objects:
                access.read(partition.bucket, found.key)
                files.values[str(found.path)] = partition.values
                files.urls[str(found.path)] = f"s3://{partition.bucket}/{found.key}"
        try:
            files.footers.update(self._footers.of(map(Path, files.values)))
        except duckdb.Error as error:
            raise duck.failure(error, files.urls) from error
        return files

    def _pruned(
        self, source: Source, found: Sequence[Partition], conditions: Sequence[exp.Expr], now: datetime
    ) -> list[Partition]:
        """The partitions whose keys fulfil the conditions, as DuckDB judges them."""
        keys = source.table.partition_keys
        rows = ", ".join(f"({number}, {texts(partition.values)})" for number, partition in enumerate(found))
        where = " AND ".join(f"({to_duckdb(condition, now=now)})" for condition in conditions)
        listed = f"(SELECT number__, {cast(keys, '')} FROM (VALUES {rows}) AS given (number__, {names(keys)}))"
        with self._judge.cursor() as connection:
            try:
                kept = connection.execute(
                    f"SELECT number__ FROM {listed} AS {duck.name(source.alias)} WHERE {where} ORDER BY 1"
                ).fetchall()
            except duckdb.Error as error:
                raise duck.failure(error, {}) from error
        return [found[number] for (number,) in kept]
