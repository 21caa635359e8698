"""Functions of a CloudFormation template on a running emulator."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.emulator.running import RunningEmulator

pytestmark = pytest.mark.emulator


def test_reserved_concurrency_and_dead_letters_of_a_template_count(
    emulator: RunningEmulator, make_role: Callable[..., str]
) -> None:
    queue = emulator.client("sqs").create_queue(QueueName="dead")["QueueUrl"]
    properties = {
        "FunctionName": "made",
        "Role": make_role("made", "lambda"),
        "Runtime": "python3.11",
        "Handler": "index.handler",
        "Code": {"ZipFile": "def handler(event, context): return 1"},
        "ReservedConcurrentExecutions": 0,
        "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:000000000000:dead"},
    }
    stacks, functions = emulator.client("cloudformation"), emulator.client("lambda")

    def deploy(call: Callable[..., object], waiter: str) -> None:
        template = {"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": properties}}}
        call(StackName="s", TemplateBody=json.dumps(template))
        stacks.get_waiter(waiter).wait(StackName="s", WaiterConfig={"Delay": 1})

    deploy(stacks.create_stack, "stack_create_complete")
    assert queue
    with pytest.raises(functions.exceptions.TooManyRequestsException):
        functions.invoke(FunctionName="made")
    configuration = functions.get_function_configuration(FunctionName="made")
    assert configuration["DeadLetterConfig"] == properties["DeadLetterConfig"]
    del properties["ReservedConcurrentExecutions"], properties["DeadLetterConfig"]
    deploy(stacks.update_stack, "stack_update_complete")
    assert functions.invoke(FunctionName="made")["Payload"].read() == b"1"
