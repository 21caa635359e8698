"""Named queries: SQL that a workgroup keeps under an id."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from emulator.athena.errors import BadRequest
from emulator.athena.paging import page
from emulator.athena.store import Body, Store
from emulator.athena.workgroups import PRIMARY, WorkGroups

NAMED_QUERY = "named_query"

Params = Mapping[str, Any]


class NamedQueries:
    """Implements the operations by their names in snake case."""

    def __init__(self, store: Store, workgroups: WorkGroups) -> None:
        self._store = store
        self._workgroups = workgroups

    def create_named_query(self, params: Params) -> dict[str, Any]:
        """Keep a query; it is not looked at."""
        group = self._workgroups.find(params.get("WorkGroup", PRIMARY))["Name"]
        id = str(uuid.uuid4())
        members = ("Name", "Description", "Database", "QueryString")
        body = {member: params[member] for member in members if member in params}
        self._store.put(NAMED_QUERY, id, {**body, "NamedQueryId": id, "WorkGroup": group})
        return {"NamedQueryId": id}

    def get_named_query(self, params: Params) -> dict[str, Any]:
        """A query by its id."""
        return {"NamedQuery": self.find(params["NamedQueryId"])}

    def batch_get_named_query(self, params: Params) -> dict[str, Any]:
        """Several of them, and the ids of which there is none."""
        bodies = {id: self._store.get(NAMED_QUERY, id) for id in params["NamedQueryIds"]}
        absent = [
            {"NamedQueryId": id, "ErrorCode": "INVALID_INPUT", "ErrorMessage": _not_found(id)}
            for id, body in bodies.items()
            if body is None
        ]
        return {"NamedQueries": [body for body in bodies.values() if body], "UnprocessedNamedQueryIds": absent}

    def list_named_queries(self, params: Params) -> dict[str, Any]:
        """The ids of a workgroup's queries."""
        group = self._workgroups.find(params.get("WorkGroup", PRIMARY))["Name"]
        ids = [body["NamedQueryId"] for body in self._store.all(NAMED_QUERY) if body["WorkGroup"] == group]
        return page("NamedQueryIds", ids, params, most=50)

    def update_named_query(self, params: Params) -> dict[str, Any]:
        """Change a query's name, description and text."""
        body = self.find(params["NamedQueryId"])
        members = ("Name", "Description", "QueryString")
        self._store.put(NAMED_QUERY, body["NamedQueryId"], body | {m: params[m] for m in members if m in params})
        return {}

    def delete_named_query(self, params: Params) -> dict[str, Any]:
        """Forget a query."""
        self.find(params["NamedQueryId"])
        self._store.delete(NAMED_QUERY, params["NamedQueryId"])
        return {}

    def find(self, id: str) -> Body:
        """A query. Raises BadRequest when there is none."""
        body = self._store.get(NAMED_QUERY, id)
        if body is None:
            raise BadRequest(_not_found(id), "INVALID_INPUT")
        return body


def _not_found(id: str) -> str:
    return f"Named query {id} was not found"
