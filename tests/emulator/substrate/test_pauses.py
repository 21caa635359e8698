"""Executions wait by the clock: each case begins at midnight and is advanced by a day."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.emulator.running import RunningEmulator, eventually

pytestmark = pytest.mark.emulator

START = datetime(2013, 4, 1, tzinfo=UTC)
WAIT = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}}
PUBLISH = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sns:publish",
    "Parameters": {"TopicArn": "arn:aws:sns:us-east-1:000000000000:absent", "Message": "lost"},
    "End": True,
}
TOKEN = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "TimeoutSeconds": 5400,
    "End": True,
}
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.fixture(scope="module")
def role(emulator: RunningEmulator, make_role: Callable[..., str]) -> str:
    return make_role("all", "states", ALL)


@pytest.fixture
def start(emulator: RunningEmulator, role: str, request: pytest.FixtureRequest) -> Callable[..., str]:
    """Start a machine of one state (or of a whole definition) at START; the execution's ARN."""
    emulator.set_clock(mode="frozen", now=START.isoformat())

    def begin(state: dict[str, Any], given: str = "{}") -> str:
        definition = state if "StartAt" in state else {"StartAt": "State", "States": {"State": state}}
        machines = emulator.client("stepfunctions")
        name = request.node.name[:70].replace("[", "-").replace("]", "-")
        machine = machines.create_state_machine(name=name, roleArn=role, definition=json.dumps(definition))
        arn = machines.start_execution(stateMachineArn=machine["stateMachineArn"], input=given)["executionArn"]
        return str(arn)

    return begin


def advance(emulator: RunningEmulator, seconds: float) -> None:
    answer = httpx.post(f"{emulator.endpoint}/_emulator/clock/advance", json={"by_s": seconds}, timeout=60)
    assert answer.status_code == 200, answer.text


def outcome(emulator: RunningEmulator, execution: str) -> tuple[str, float | None]:
    """The status, and the seconds from START to the end."""
    described = emulator.client("stepfunctions").describe_execution(executionArn=execution)
    end = described.get("stopDate")
    return described["status"], (end - START).total_seconds() if end else None


def history(emulator: RunningEmulator, execution: str) -> list[tuple[str, float]]:
    events = emulator.client("stepfunctions").get_execution_history(executionArn=execution)["events"]
    return [(event["type"], (event["timestamp"] - START).total_seconds()) for event in events]


def test_retries_are_as_far_apart_as_their_field_says(emulator: RunningEmulator, start: Callable[..., str]) -> None:
    retry = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 600, "MaxAttempts": 3, "MaxDelaySeconds": 1800}
    execution = start({**PUBLISH, "Retry": [retry]})
    advance(emulator, 86400)
    tries = [at for kind, at in history(emulator, execution) if kind == "TaskScheduled"]
    assert tries == [0, 600, 1800, 3600]  # 600, then 1200, then 2400 cut to 1800
    assert outcome(emulator, execution) == ("FAILED", 3600)


def test_the_turns_of_a_map_wait_one_after_the_other(emulator: RunningEmulator, start: Callable[..., str]) -> None:
    execution = start({"Type": "Map", "MaxConcurrency": 2, "ItemProcessor": WAIT, "End": True}, "[1, 2, 3, 4, 5]")
    advance(emulator, 86400)
    assert outcome(emulator, execution) == ("SUCCEEDED", 3 * 3600)


@pytest.mark.parametrize(
    ("timeout_s", "ended"), [(7200, ("SUCCEEDED", 3600)), (60, ("FAILED", 60))], ids=["long", "short"]
)
def test_a_nested_execution_is_waited_for_until_the_time_out(
    emulator: RunningEmulator, start: Callable[..., str], role: str, timeout_s: int, ended: tuple[str, float]
) -> None:
    machines = emulator.client("stepfunctions")
    name = f"child-{timeout_s}"
    child = machines.create_state_machine(name=name, roleArn=role, definition=json.dumps(WAIT))["stateMachineArn"]
    execution = start(
        {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": child},
            "TimeoutSeconds": timeout_s,
            "End": True,
        }
    )
    advance(emulator, 86400)
    assert outcome(emulator, execution) == ended


@pytest.fixture
def queue(emulator: RunningEmulator, request: pytest.FixtureRequest) -> str:
    return str(emulator.client("sqs").create_queue(QueueName=request.node.name[:80])["QueueUrl"])


def with_token(queue: str) -> dict[str, Any]:
    return {**TOKEN, "Parameters": {"QueueUrl": queue, "MessageBody.$": "$$.Task.Token"}}


def test_a_token_that_nobody_returns_times_out_by_the_clock(
    emulator: RunningEmulator, start: Callable[..., str], queue: str
) -> None:
    execution = start(with_token(queue))
    emulator.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5)
    advance(emulator, 5399)
    assert outcome(emulator, execution) == ("RUNNING", None)
    advance(emulator, 1)
    assert outcome(emulator, execution) == ("FAILED", 5400)


def test_a_returned_token_lets_its_execution_go_on(
    emulator: RunningEmulator, start: Callable[..., str], queue: str
) -> None:
    execution = start(with_token(queue))
    advance(emulator, 60)
    (message,) = emulator.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    emulator.client("stepfunctions").send_task_success(taskToken=message["Body"], output="{}")
    advance(emulator, 60)
    assert outcome(emulator, execution) == ("SUCCEEDED", 60)


def test_a_stopped_execution_stops_waiting_and_stays_stopped(
    emulator: RunningEmulator, start: Callable[..., str]
) -> None:
    execution = start({"Type": "Parallel", "Branches": [WAIT, WAIT], "End": True})
    advance(emulator, 60)
    emulator.client("stepfunctions").stop_execution(executionArn=execution)
    advance(emulator, 86400)
    assert outcome(emulator, execution) == ("ABORTED", 60)
    assert history(emulator, execution)[-1] == ("ExecutionAborted", 60)


def test_while_the_clock_runs_a_wait_takes_its_real_time(emulator: RunningEmulator, start: Callable[..., str]) -> None:
    execution = start({"Type": "Wait", "Seconds": 1, "End": True})
    emulator.set_clock(now=START.isoformat())
    eventually(lambda: outcome(emulator, execution)[0] == "SUCCEEDED")
    seconds = outcome(emulator, execution)[1]
    assert seconds is not None
    assert 1 <= seconds < 10


def test_a_wait_until_a_moment_ends_at_it(emulator: RunningEmulator, start: Callable[..., str]) -> None:
    execution = start({"Type": "Wait", "Timestamp": "2013-04-01T03:00:00-04:00", "End": True})
    advance(emulator, 86400)
    assert outcome(emulator, execution) == ("SUCCEEDED", 7 * 3600)
