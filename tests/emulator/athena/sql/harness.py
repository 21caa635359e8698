"""A catalog and S3 without an emulator, and one query through every step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from emulator.athena.errors import QueryFailed
from emulator.athena.outcome import Interrupt, Outcome
from emulator.athena.results import rows_of
from emulator.athena.runner import Runner
from emulator.athena.sql.parsing import parse
from emulator.athena.sql.plan import Plan
from emulator.athena.sql.statement import Query
from emulator.service import StoredObject

NOW = datetime(2013, 4, 1, 7, tzinfo=UTC)


class Clock:
    def now(self) -> datetime:
        return NOW


class Files:
    """Objects under a folder, one folder for each bucket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, bucket: str, key: str, table: pa.Table) -> None:
        path = self.folder / bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)

    def list(self, bucket: str, prefix: str) -> list[StoredObject]:
        root = self.folder / bucket
        found = sorted(path for path in root.rglob("*") if path.is_file())
        keys = [(path.relative_to(root).as_posix(), path) for path in found]
        return [StoredObject(key, path.stat().st_size, path) for key, path in keys if key.startswith(prefix)]


class Glue:
    def __init__(self) -> None:
        self.entries: dict[str, Mapping[str, Any]] = {}
        self.registered: list[Mapping[str, Any]] = []

    def add(self, name: str, columns: Mapping[str, str], keys: Sequence[str] = (), **parameters: str) -> None:
        serde = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
        self.entries[name] = {
            "Name": name,
            "DatabaseName": "db",
            "Parameters": parameters,
            "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys],
            "StorageDescriptor": {
                "Location": f"s3://lake/{name}",
                "Columns": [{"Name": key, "Type": kind} for key, kind in columns.items()],
                "SerdeInfo": {"SerializationLibrary": serde},
            },
        }

    def databases(self) -> list[Mapping[str, Any]]:
        return [{"Name": "db"}]

    def tables(self, database: str) -> list[Mapping[str, Any]]:
        return list(self.entries.values())

    def partitions(self, database: str, table: str) -> list[Mapping[str, Any]]:
        return self.registered


class Everybody:
    """May do everything; remembers what was read."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def glue(self, action: str, database: str, table: str) -> None: ...

    def list(self, bucket: str) -> None: ...

    def read(self, bucket: str, key: str) -> None:
        self.keys.append(key)


class Bench:
    """Catalog, objects and a runner over them."""

    def __init__(self, folder: Path) -> None:
        self.catalog, self.objects, self.clock = Glue(), Files(folder), Clock()
        self.runner = Runner(self)  # type: ignore[arg-type]

    def plan(self, sql: str, parameters: Sequence[str] = (), access: Everybody | None = None) -> Plan:
        query = parse(sql, parameters)
        assert isinstance(query, Query)
        return self.runner.plan(query, access or Everybody(), "db")  # type: ignore[arg-type]

    def outcome(self, sql: str, parameters: Sequence[str] = ()) -> Outcome:
        return self.runner.query(self.plan(sql, parameters), Interrupt())

    def rows(self, sql: str, parameters: Sequence[str] = ()) -> list[list[str | None]]:
        """Of the result, without its header."""
        return rows_of(self.outcome(sql, parameters).body, csv=True)[1:]

    def keys(self, sql: str) -> list[str]:
        """Of the objects that a query reads."""
        access = Everybody()
        self.plan(sql, access=access)
        return access.keys

    def reason(self, sql: str) -> str:
        """Why a query fails."""
        try:
            self.outcome(sql)
        except QueryFailed as error:
            return error.reason
        raise AssertionError(f"{sql} did not fail")
