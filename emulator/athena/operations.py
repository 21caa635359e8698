"""Every operation that is here: who answers it, and the resource that IAM is asked about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.athena.access import Access
from emulator.athena.engine import EXECUTION, Engine
from emulator.athena.metadata import NAME, Metadata
from emulator.athena.named_queries import NAMED_QUERY, NamedQueries
from emulator.athena.queries import Queries
from emulator.athena.store import Store
from emulator.athena.workgroups import PRIMARY, WorkGroups
from emulator.service import Cloud

Params = Mapping[str, Any]
Do = Callable[[Params, Access], dict[str, Any]]
Resource = Callable[[Params], str]


@dataclass(frozen=True)
class Operation:
    """One operation of the API."""

    do: Do
    arn: Resource


ON_QUERIES = (
    "StartQueryExecution", "GetQueryExecution", "BatchGetQueryExecution", "ListQueryExecutions", "StopQueryExecution",
    "GetQueryResults", "GetQueryRuntimeStatistics",
)  # fmt: skip
ON_WORKGROUPS = ("CreateWorkGroup", "GetWorkGroup", "UpdateWorkGroup", "DeleteWorkGroup")
ON_NAMED_QUERIES = (
    "CreateNamedQuery", "GetNamedQuery", "BatchGetNamedQuery", "ListNamedQueries", "UpdateNamedQuery",
    "DeleteNamedQuery",
)  # fmt: skip
ON_CATALOG = ("GetDataCatalog", "ListDatabases", "GetDatabase", "ListTableMetadata", "GetTableMetadata")
ON_TAGS = ("TagResource", "UntagResource", "ListTagsForResource")
ON_ANY = ("ListWorkGroups", "ListDataCatalogs")
NAMES = (*ON_QUERIES, *ON_WORKGROUPS, *ON_NAMED_QUERIES, *ON_CATALOG, *ON_TAGS, *ON_ANY)


class Operations:
    """The operations over one store and one engine."""

    def __init__(self, *, cloud: Cloud, store: Store, engine: Engine) -> None:
        self.workgroups = WorkGroups(cloud, store)
        self.named_queries = NamedQueries(store, self.workgroups)
        self._queries = Queries(cloud=cloud, store=store, engine=engine, workgroups=self.workgroups)
        self._metadata = Metadata(cloud)
        self._store = store
        self._catalog_arn = f"arn:aws:athena:{cloud.region}:{cloud.account}:datacatalog/{NAME}"

    def find(self, name: str) -> Operation | None:
        """An operation by its name; None where it is not here."""
        method = _snake(name)
        if name in ON_QUERIES:
            return Operation(getattr(self._queries, method), self._workgroup_of)
        if name in ON_CATALOG:
            return Operation(getattr(self._metadata, method), lambda params: self._catalog_arn)
        if name == "ListDataCatalogs":
            return Operation(self._metadata.list_data_catalogs, lambda params: "*")
        if name in ON_NAMED_QUERIES:
            return Operation(_alone(getattr(self.named_queries, method)), self._workgroup_of)
        if name in ON_TAGS:
            return Operation(_alone(getattr(self.workgroups, method)), lambda params: str(params["ResourceARN"]))
        if name in (*ON_WORKGROUPS, "ListWorkGroups"):
            return Operation(_alone(getattr(self.workgroups, method)), self._workgroup_named)
        return None

    def _workgroup_named(self, params: Params) -> str:
        name = params.get("WorkGroup") or params.get("Name")
        return self.workgroups.arn(name) if name else "*"

    def _workgroup_of(self, params: Params) -> str:
        """The workgroup that a query is in, or is to be in."""
        ids = [params.get("QueryExecutionId"), *params.get("QueryExecutionIds", ())]
        named = [params.get("NamedQueryId"), *params.get("NamedQueryIds", ())]
        for kind, given in ((EXECUTION, ids), (NAMED_QUERY, named)):
            for body in (self._store.get(kind, id) for id in given if id):
                if body is not None:
                    return self.workgroups.arn(body["WorkGroup"])
        return self.workgroups.arn(params.get("WorkGroup", PRIMARY))


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]


def _alone(do: Callable[[Params], dict[str, Any]]) -> Do:
    return lambda params, access: do(params)
