"""A table of Glue's catalog as a query needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from emulator.athena.errors import QueryFailed

PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"


@dataclass(frozen=True)
class Table:
    """Columns and partition keys are name to Hive type; all names in lower case, as Glue keeps them."""

    database: str
    name: str
    columns: Mapping[str, str]
    partition_keys: Mapping[str, str]
    location: str  # s3://bucket/prefix, without a slash at its end
    parameters: Mapping[str, str] = field(default_factory=dict)
    serde: str = PARQUET

    @property
    def all_columns(self) -> dict[str, str]:
        """Columns, then partition keys, in the order of SELECT *."""
        return {**self.columns, **self.partition_keys}

    @property
    def projected(self) -> bool:
        """Whether its partitions are computed from the table's properties (partition projection)."""
        return self.parameters.get("projection.enabled", "").lower() == "true"

    @property
    def location_template(self) -> str:
        """Where a partition lies, e.g. s3://bucket/prefix/dt=${dt}."""
        keys = "".join(f"/{key}=${{{key}}}" for key in self.partition_keys)
        return self.parameters.get("storage.location.template", self.location + keys).rstrip("/")


def of_glue(entry: Mapping[str, Any]) -> Table:
    """A table as Glue's GetTable gives it. Raises QueryFailed, by name, when its files are not Parquet."""
    descriptor: Mapping[str, Any] = entry.get("StorageDescriptor") or {}
    serde = str((descriptor.get("SerdeInfo") or {}).get("SerializationLibrary", ""))
    name = f"{entry['DatabaseName']}.{entry['Name']}"
    if entry.get("TableType") == "VIRTUAL_VIEW":
        raise QueryFailed(f"NOT_SUPPORTED: {name} is a view; this emulator queries tables: write its query out")
    if serde != PARQUET:
        raise QueryFailed(f"NOT_SUPPORTED: {name} is read by {serde or 'no SerDe'}; this emulator reads Parquet alone")
    return Table(
        database=str(entry["DatabaseName"]),
        name=str(entry["Name"]),
        columns=_columns(descriptor.get("Columns", ())),
        partition_keys=_columns(entry.get("PartitionKeys", ())),
        location=str(descriptor.get("Location", "")).rstrip("/"),
        parameters={key: str(value) for key, value in (entry.get("Parameters") or {}).items()},
        serde=serde,
    )


def _columns(given: Any) -> dict[str, str]:
    return {str(column["Name"]).lower(): str(column.get("Type", "string")) for column in given}


def data_type(hive: str) -> exp.DataType:
    """A column's type, written as Hive does (`string`, `array<int>`)."""
    try:
        return exp.DataType.build(hive, dialect="hive")
    except Exception as error:
        raise QueryFailed(f"HIVE_INVALID_METADATA: {hive!r} is no type of Hive") from error
