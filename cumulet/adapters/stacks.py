"""CloudFormation stacks of Cumulet: what is deployed, and what the stacks say of themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from cumulet.adapters.session import client
from cumulet.contracts.errors import NotFoundError
from cumulet.contracts.settings import FOUNDATION, FoundationOutputs, StackOutputs, output_key, stack_name

Outputs = TypeVar("Outputs", bound=FoundationOutputs)

STACK_ARTIFACT = "aws:cloudformation:stack"


@dataclass(frozen=True)
class DeployedStack:
    """A stack as CloudFormation has it."""

    name: str
    status: str
    updated: str
    """ISO time stamp (UTC)."""


def deployed() -> list[DeployedStack]:
    """Stacks of Cumulet that exist, the foundation first."""
    pages = client("cloudformation").get_paginator("describe_stacks").paginate()
    found = [
        DeployedStack(s["StackName"], s["StackStatus"], (s.get("LastUpdatedTime") or s["CreationTime"]).isoformat())
        for page in pages
        for s in page["Stacks"]
        if s["StackName"] == FOUNDATION or s["StackName"].startswith(stack_name(""))
    ]
    return sorted((s for s in found if s.status != "DELETE_COMPLETE"), key=lambda s: s.name)


def describe(name: str) -> Mapping[str, Any] | None:
    """CloudFormation's description of a stack; None when there is none."""
    try:
        found: Mapping[str, Any] = client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in error.response["Error"].get("Message", ""):
            return None
        raise
    return None if found["StackStatus"] == "DELETE_COMPLETE" else found


def resources(name: str, kind: str) -> list[Mapping[str, Any]]:
    """CloudFormation's summaries of the resources of a type that a stack has, e.g. AWS::S3::Bucket."""
    pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=name)
    found = (resource for page in pages for resource in page["StackResourceSummaries"])
    made = (r for r in found if r["ResourceStatus"] != "DELETE_COMPLETE" and r.get("PhysicalResourceId"))
    return [resource for resource in made if resource["ResourceType"] == kind]


def outputs(name: str) -> dict[str, str]:
    """Outputs of a stack. Raises NotFoundError when it is not deployed."""
    stack = describe(name)
    if stack is None:
        raise NotFoundError(f"stack {name} is not deployed: run `cumulet deploy`")
    exported = {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}
    return {key: value for key, value in exported.items() if not key.startswith("ExportsOutput")}


def foundation() -> FoundationOutputs:
    """What the foundation's stack says. Raises NotFoundError when it is not, or half, deployed."""
    return _typed(FoundationOutputs, FOUNDATION, outputs(FOUNDATION))


def use_case(name: str) -> StackOutputs:
    """What the foundation's and the use case's stacks say. Raises NotFoundError when one is not, or half, deployed."""
    return _typed(StackOutputs, stack_name(name), outputs(FOUNDATION) | outputs(stack_name(name)))


def _typed(kind: type[Outputs], name: str, found: Mapping[str, str]) -> Outputs:
    fields = {field: found.get(output_key(field)) for field in kind.__dataclass_fields__}
    missing = [output_key(field) for field, value in fields.items() if value is None]
    if missing:
        raise NotFoundError(f"{name} has no output {', '.join(missing)}: run `cumulet deploy`")
    return kind(**{field: value for field, value in fields.items() if value is not None})


def names(assembly: Path) -> list[str]:
    """Names of the stacks of a cloud assembly, each after those that it depends on."""
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    stacks = {key: value for key, value in artifacts.items() if value["type"] == STACK_ARTIFACT}
    ordered: list[str] = []

    def visit(key: str) -> None:
        for dependency in stacks[key].get("dependencies", []):
            if dependency in stacks:
                visit(dependency)
        if key not in ordered:
            ordered.append(key)

    for key in stacks:
        visit(key)
    return ordered
