"""CloudFormation's functions, with what ministack's provision of them leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack.services import lambda_svc
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

TYPE = "AWS::Lambda::Function"


def install() -> None:
    """Let DeadLetterConfig and ReservedConcurrentExecutions of a template count."""
    ministacks = _RESOURCE_HANDLERS[TYPE]
    create, update = ministacks["create"], ministacks["update"]

    def create_whole(logical_id: str, properties: Mapping[str, Any], *rest: Any, **more: Any) -> Any:
        made = create(logical_id, properties, *rest, **more)
        _complete(made[0], properties)
        return made

    def update_whole(physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], *rest: Any, **more: Any) -> Any:
        made = update(physical_id, old, new, *rest, **more)
        _complete(made[0], new)
        return made

    _RESOURCE_HANDLERS[TYPE] = {**ministacks, "create": create_whole, "update": update_whole}


def _complete(name: str, properties: Mapping[str, Any]) -> None:
    function = lambda_svc._functions[name]
    reserved = properties.get("ReservedConcurrentExecutions")
    function["concurrency"] = None if reserved is None else int(reserved)
    function["config"].pop("DeadLetterConfig", None)
    if properties.get("DeadLetterConfig"):
        function["config"]["DeadLetterConfig"] = dict(properties["DeadLetterConfig"])
