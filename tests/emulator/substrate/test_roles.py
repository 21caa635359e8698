from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.running import RunningEmulator, eventually

pytestmark = pytest.mark.emulator

TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/table"
UPDATE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::dynamodb:putItem",
    "Parameters": {"TableName": "table", "Item": {"key": {"S": "item"}}},
    "End": True,
}


@pytest.fixture(scope="module")
def table(emulator: RunningEmulator) -> str:
    emulator.client("dynamodb").create_table(
        TableName="table",
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return "table"


def run(emulator: RunningEmulator, name: str, role: str, task: dict[str, Any]) -> dict[str, Any]:
    states = emulator.client("stepfunctions")
    definition = json.dumps({"StartAt": "Call", "States": {"Call": task}})
    machine = states.create_state_machine(name=name, roleArn=role, definition=definition)["stateMachineArn"]
    arn = states.start_execution(stateMachineArn=machine)["executionArn"]
    done = eventually(lambda: (d := states.describe_execution(executionArn=arn))["status"] != "RUNNING" and d)
    return dict(done)


def test_a_state_machine_may_do_what_its_role_may(
    emulator: RunningEmulator, make_role: Callable[..., str], table: str
) -> None:
    role = make_role("writes", "states", {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": TABLE})
    assert run(emulator, "writes", role, UPDATE)["status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("resource", "parameters", "action"),
    [
        ("dynamodb:putItem", UPDATE["Parameters"], "dynamodb:PutItem"),
        ("lambda:invoke", {"FunctionName": "f", "Qualifier": "live"}, "lambda:InvokeFunction"),
        ("sns:publish", {"TopicArn": "arn:aws:sns:us-east-1:000000000000:t", "Message": "m"}, "sns:Publish"),
        ("sqs:sendMessage", {"QueueUrl": "http://x/000000000000/q", "MessageBody": "m"}, "sqs:SendMessage"),
    ],
)
def test_a_state_machine_whose_role_may_not_call_fails_and_says_what_is_missing(
    emulator: RunningEmulator,
    make_role: Callable[..., str],
    table: str,
    resource: str,
    parameters: dict[str, Any],
    action: str,
) -> None:
    name = resource.replace(":", "-")
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters, "End": True}
    done = run(emulator, name, make_role(name, "states"), task)
    assert done["status"] == "FAILED"
    assert f"not authorized to perform: {action} on resource: arn:aws:" in done["cause"]


def test_a_rule_starts_a_state_machine_only_when_its_role_may(
    emulator: RunningEmulator, make_role: Callable[..., str]
) -> None:
    states, events = emulator.client("stepfunctions"), emulator.client("events")
    definition = json.dumps({"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}})
    machine = states.create_state_machine(name="target", roleArn=make_role("target", "states"), definition=definition)
    arn = machine["stateMachineArn"]
    allowed = {"Effect": "Allow", "Action": "states:StartExecution", "Resource": arn}
    roles = {"denied": make_role("rule-denied", "events"), "allowed": make_role("rule-allowed", "events", allowed)}
    for name, role in roles.items():
        events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn, "RoleArn": role, "Input": f'"{name}"'}])
        events.put_events(Entries=[{"Source": name, "DetailType": "any", "Detail": "{}"}])
    eventually(lambda: states.list_executions(stateMachineArn=arn)["executions"])
    time.sleep(0.3)
    (started,) = states.list_executions(stateMachineArn=arn)["executions"]
    assert states.describe_execution(executionArn=started["executionArn"])["input"] == '"allowed"'
