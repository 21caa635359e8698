"""CloudFormation resources with what ministack's own provision of their type leaves out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

Properties = Mapping[str, Any]
Complete = Callable[[str, Properties, Properties], None]
"""(physical id, old properties, new properties); the old ones are empty for a resource that is new."""


def complete(type_name: str, apply: Complete) -> None:
    """Call `apply` after ministack has made or changed a resource of a type."""
    own = _RESOURCE_HANDLERS[type_name]
    create: Callable[..., Any] = own["create"]
    update: Callable[..., Any] = own["update"]

    def on_create(logical_id: str, properties: Properties, *rest: Any, **more: Any) -> Any:
        made = create(logical_id, properties, *rest, **more)
        apply(made[0], {}, properties)
        return made

    def on_update(physical_id: str, old: Properties, new: Properties, *rest: Any, **more: Any) -> Any:
        made = update(physical_id, old, new, *rest, **more)
        apply(made[0], old if made[0] == physical_id else {}, new)
        return made

    _RESOURCE_HANDLERS[type_name] = {**own, "create": on_create, "update": on_update}
