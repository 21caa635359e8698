"""CloudFormation's side: AWS::Athena::WorkGroup and AWS::Athena::NamedQuery, made through the operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.athena.errors import BadRequest
from emulator.athena.operations import Operations
from emulator.athena.workgroups import ENGINE
from emulator.service import Cloud, Provisioned

Properties = Mapping[str, Any]
WORKGROUP, NAMED_QUERY = "AWS::Athena::WorkGroup", "AWS::Athena::NamedQuery"
_BOOLEANS = ("EnforceWorkGroupConfiguration", "PublishCloudWatchMetricsEnabled", "RequesterPaysEnabled")


def register(cloud: Cloud, operations: Operations) -> None:
    """Let CloudFormation make our resources."""
    group, query = WorkGroupType(operations), NamedQueryType(operations)
    cloud.register_resource_type(WORKGROUP, group.create, group.update, group.delete)
    cloud.register_resource_type(NAMED_QUERY, query.create, query.update, query.delete)


class WorkGroupType:
    """AWS::Athena::WorkGroup; Ref is its name."""

    def __init__(self, operations: Operations) -> None:
        self._groups = operations.workgroups

    def create(self, logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
        """Make the workgroup; its name is required, as on AWS."""
        if not properties.get("Name"):
            raise ValueError("Property validation failure: [The property {/Name} is required]")
        self._groups.create_work_group(_params(properties))
        return self._provisioned(properties["Name"])

    def update(self, physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        """All but the name changes in place."""
        if new.get("Name") != physical_id:
            return self.create("", new, stack_name)
        self._groups.put(physical_id, _params(new))
        self._groups.retag(physical_id, {tag["Key"]: tag["Value"] for tag in new.get("Tags", ())})
        return self._provisioned(physical_id)

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Forget the workgroup. Raises when queries are in it, unless RecursiveDeleteOption says so."""
        recursive = _boolean(properties.get("RecursiveDeleteOption", False))
        try:
            self._groups.find(physical_id)
        except BadRequest:
            return
        self._groups.delete_work_group({"WorkGroup": physical_id, "RecursiveDeleteOption": recursive})

    def _provisioned(self, name: str) -> Provisioned:
        effective = ENGINE["EffectiveEngineVersion"]
        attributes = {
            "CreationTime": str(self._groups.find(name)["CreationTime"]),
            "WorkGroupConfiguration.EngineVersion.EffectiveEngineVersion": effective,
        }
        return Provisioned(name, attributes)


class NamedQueryType:
    """AWS::Athena::NamedQuery; Ref is its id."""

    def __init__(self, operations: Operations) -> None:
        self._queries = operations.named_queries

    def create(self, logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
        """Keep the query."""
        id = self._queries.create_named_query({"Name": logical_id, **properties})["NamedQueryId"]
        return Provisioned(id, {"NamedQueryId": id})

    def update(self, physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        """Every change replaces a named query."""
        return self.create(str(old.get("Name", "")), new, stack_name)

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Forget the query."""
        try:
            self._queries.delete_named_query({"NamedQueryId": physical_id})
        except BadRequest:
            return


def _params(properties: Properties) -> dict[str, Any]:
    """A template's properties as the API takes them: its numbers and truth values may be text."""
    given = dict(properties.get("WorkGroupConfiguration") or {})
    given |= {name: _boolean(given[name]) for name in _BOOLEANS if name in given}
    if "BytesScannedCutoffPerQuery" in given:
        given["BytesScannedCutoffPerQuery"] = int(given["BytesScannedCutoffPerQuery"])
    return {**properties, "Configuration": given}


def _boolean(value: Any) -> bool:
    return value if isinstance(value, bool) else str(value).lower() == "true"
