"""When Training may start again: one item of the online store, taken and given back on a condition."""

from __future__ import annotations

from typing import Any

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

SORT_KEY = "training#cool-down"
DAY = 86_400_000
"""Milliseconds."""
TAKEN = "DynamoDB.ConditionalCheckFailedException"
"""The error of `take` while an earlier training is still cooling down."""


def cool_down_ms(days: int) -> int:
    """How long it lasts, in milliseconds: half a day less, so that the night that ends it, whose cut-off may be a few
    minutes or (when clocks change) an hour early, is free to train."""
    return days * DAY - DAY // 2


class LookAtCoolDown(Construct):
    """A state that assigns `$until`: when Training may start again, as text (ISO, UTC), "" for any time."""

    def __init__(self, scope: Construct, id: str, *, use_case: str, table: dynamodb.ITable) -> None:
        super().__init__(scope, id)
        arguments = {
            "TableName": table.table_name,
            "Key": {"pk": {"S": use_case}, "sk": {"S": SORT_KEY}},
            "ConsistentRead": True,
        }
        state = {
            "Type": "Task",
            "Resource": f"arn:{table.stack.partition}:states:::dynamodb:getItem",
            "Arguments": arguments,
            "Assign": {"until": "{% $exists($states.result.Item.until) ? $states.result.Item.until.S : '' %}"},
            "Output": "{% $states.input %}",
        }
        self.state = sfn.CustomState(self, "Look at the cool-down", state_json=state)


class CoolDown(Construct):
    """States that use the state machine's variables `$time`, `$until` (ISO, UTC: they compare as text) and `$reason`.

    The same request may take it twice: it was killed, and is made again.
    """

    def __init__(self, scope: Construct, id: str, *, use_case: str, table: dynamodb.ITable) -> None:
        super().__init__(scope, id)
        self.use_case, self.table = use_case, table
        self.take = self._update(
            "Cool-down",
            new="{% $until %}",
            condition="attribute_not_exists(#until) OR #until <= :time OR (#until = :new AND #holder = :holder)",
            time="{% $time %}",
        )
        self.give_back = self._update(
            "Give back the cool-down", new="{% $time %}", condition="#until = :until", until="{% $until %}"
        )

    def _update(self, id: str, *, new: str, condition: str, **known: str) -> sfn.CustomState:
        """Set when the next training may start, if the condition holds; the input is passed on."""
        arguments: dict[str, Any] = {
            "TableName": self.table.table_name,
            "Key": {"pk": {"S": self.use_case}, "sk": {"S": SORT_KEY}},
            "UpdateExpression": "SET #until = :new, #holder = :holder",
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#until": "until", "#holder": "holder"},
            "ExpressionAttributeValues": {
                ":new": {"S": new},
                ":holder": {"S": "{% $reason %}"},
                **{f":{name}": {"S": value} for name, value in known.items()},
            },
        }
        resource = f"arn:{self.table.stack.partition}:states:::dynamodb:updateItem"
        state = {"Type": "Task", "Resource": resource, "Arguments": arguments, "Output": "{% $states.input %}"}
        return sfn.CustomState(self, id, state_json=state)
