"""AWS::Budgets::Budget for CloudFormation, over ministack's Budgets. Nothing here costs money, so no budget alerts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ministack.services import budgets

from emulator.naming import physical_name
from emulator.service import Provisioned
from emulator.substrate.resources import register_resource_type

Properties = Mapping[str, Any]


def install() -> None:
    """Make the type known."""
    register_resource_type("AWS::Budgets::Budget", _create, _update, _delete)


def _create(logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
    return _put(properties["Budget"].get("BudgetName") or physical_name(stack_name, logical_id, 100), properties)


def _update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
    name = new["Budget"].get("BudgetName") or physical_id
    if name == physical_id:
        _delete(physical_id, old)
    return _put(name, new)


def _delete(physical_id: str, properties: Properties) -> None:
    budgets._delete_budget({"BudgetName": physical_id})


def _put(name: str, properties: Properties) -> Provisioned:
    budget = {**properties["Budget"], "BudgetName": name}
    if "BudgetLimit" in budget:  # templates write a number, the API text
        budget["BudgetLimit"] = {**budget["BudgetLimit"], "Amount": str(budget["BudgetLimit"]["Amount"])}
    notifications = [
        {**entry, "Notification": {**entry["Notification"], "Threshold": float(entry["Notification"]["Threshold"])}}
        for entry in properties.get("NotificationsWithSubscribers", ())
    ]
    given = {"Budget": budget, "NotificationsWithSubscribers": notifications}
    status, _, body = budgets._create_budget({**given, "ResourceTags": properties.get("ResourceTags", [])})
    if status >= 400:
        raise ValueError(f"AWS::Budgets::Budget was rejected: {json.loads(body).get('Message', body)}")
    return Provisioned(name)
