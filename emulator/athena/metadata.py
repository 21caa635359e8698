"""Databases and tables as Athena's API shows those of Glue's catalog."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from emulator.athena.access import Access
from emulator.athena.errors import BadRequest, QueryFailed
from emulator.athena.names import CATALOG
from emulator.athena.paging import page
from emulator.errors import AccessDenied, ServiceError
from emulator.service import Cloud

NAME = "AwsDataCatalog"

Params = Mapping[str, Any]


class Metadata:
    """Implements the operations by their names in snake case."""

    def __init__(self, cloud: Cloud) -> None:
        self._catalog = cloud.catalog

    def list_data_catalogs(self, params: Params, access: Access) -> dict[str, Any]:
        """Glue's, the only one."""
        summary = {"CatalogName": NAME, "Type": "GLUE", "Status": "CREATE_COMPLETE"}
        return page("DataCatalogsSummary", [summary], params, most=50)

    def get_data_catalog(self, params: Params, access: Access) -> dict[str, Any]:
        """Glue's, the only one."""
        _check_catalog(params["Name"])
        return {"DataCatalog": {"Name": NAME, "Type": "GLUE", "Status": "CREATE_COMPLETE"}}

    def list_databases(self, params: Params, access: Access) -> dict[str, Any]:
        """By name."""
        _check_catalog(params["CatalogName"])
        _allow(access, "glue:GetDatabases")
        return page("DatabaseList", [_database(entry) for entry in self._catalog.databases()], params, most=50)

    def get_database(self, params: Params, access: Access) -> dict[str, Any]:
        """One of them."""
        _check_catalog(params["CatalogName"])
        _allow(access, "glue:GetDatabase", params["DatabaseName"])
        return {"Database": _database(self._find(params["DatabaseName"]))}

    def list_table_metadata(self, params: Params, access: Access) -> dict[str, Any]:
        """The tables of a database by name, or those whose names fit the expression."""
        _check_catalog(params["CatalogName"])
        _allow(access, "glue:GetTables", params["DatabaseName"])
        self._find(params["DatabaseName"])
        fits = re.compile(params.get("Expression") or ".*", re.IGNORECASE)
        tables = self._catalog.tables(params["DatabaseName"])
        return page("TableMetadataList", [_table(t) for t in tables if fits.fullmatch(t["Name"])], params, most=50)

    def get_table_metadata(self, params: Params, access: Access) -> dict[str, Any]:
        """One table."""
        _check_catalog(params["CatalogName"])
        database, name = params["DatabaseName"], params["TableName"]
        _allow(access, "glue:GetTable", database, name)
        self._find(database)
        found = [table for table in self._catalog.tables(database) if table["Name"] == name.lower()]
        if not found:
            raise _absent(f"EntityNotFoundException: Table {name} not found in {database}.")
        return {"TableMetadata": _table(found[0])}

    def _find(self, name: str) -> Mapping[str, Any]:
        found = [entry for entry in self._catalog.databases() if entry["Name"] == name.lower()]
        if not found:
            raise _absent(f"EntityNotFoundException: Database {name} not found.")
        return found[0]


def _check_catalog(name: str) -> None:
    if name.lower() != CATALOG:
        raise BadRequest(f"Catalog {name} was not found: {NAME} is here, which is Glue's")


def _allow(access: Access, action: str, database: str = "", table: str = "") -> None:
    try:
        access.glue(action, database, table)
    except QueryFailed as denied:
        raise AccessDenied(denied.reason, status=400) from denied


def _absent(message: str) -> ServiceError:
    return ServiceError("MetadataException", message)


def _database(entry: Mapping[str, Any]) -> dict[str, Any]:
    description = {"Description": entry["Description"]} if entry.get("Description") else {}
    return {"Name": entry["Name"], "Parameters": dict(entry.get("Parameters") or {}), **description}


def _table(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Name": entry["Name"],
        "CreateTime": entry.get("CreateTime", 0),
        "LastAccessTime": entry.get("LastAccessTime", 0),
        "TableType": entry.get("TableType", "EXTERNAL_TABLE"),
        "Columns": _columns((entry.get("StorageDescriptor") or {}).get("Columns", ())),
        "PartitionKeys": _columns(entry.get("PartitionKeys") or ()),
        "Parameters": {key: str(value) for key, value in (entry.get("Parameters") or {}).items()},
    }


def _columns(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{key: column[key] for key in ("Name", "Type", "Comment") if column.get(key)} for column in given]
