"""CloudFormation's resource types that we provide, in ministack's table of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

from emulator.service import Create, Delete, Provisioned, Update


def register_resource_type(type_name: str, create: Create, update: Update, delete: Delete) -> None:
    """Provide a type; ministack's own provision of it is replaced."""

    def on_create(logical_id: str, properties: Mapping[str, Any], stack_name: str) -> tuple[str, dict[str, Any]]:
        return _pair(create(logical_id, properties, stack_name))

    def on_update(
        physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], stack_name: str
    ) -> tuple[str, dict[str, Any]]:
        provisioned = update(physical_id, old, new, stack_name)
        if provisioned.physical_id != physical_id:
            delete(physical_id, old)
        return _pair(provisioned)

    _RESOURCE_HANDLERS[type_name] = {"create": on_create, "update": on_update, "delete": delete}


def _pair(provisioned: Provisioned) -> tuple[str, dict[str, Any]]:
    return provisioned.physical_id, dict(provisioned.attributes)
