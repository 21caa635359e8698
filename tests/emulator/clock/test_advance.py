"""The clock of a running emulator: what is due fires in order, whatever the steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.emulator.running import RunningEmulator

pytestmark = pytest.mark.emulator

START = "2013-04-01T00:00:00Z"
WAITS = {
    "StartAt": "Day",
    "States": {
        "Day": {"Type": "Wait", "Seconds": 86400, "Next": "Both"},
        "Both": {
            "Type": "Parallel",
            "End": True,
            "Branches": [
                {"StartAt": "Minute", "States": {"Minute": {"Type": "Wait", "Seconds": 60, "End": True}}},
                {"StartAt": "Half", "States": {"Half": {"Type": "Wait", "Seconds": 30, "End": True}}},
            ],
        },
    },
}


def advance(emulator: RunningEmulator, **asked: Any) -> dict[str, Any]:
    answer = httpx.post(f"{emulator.endpoint}/_emulator/clock/advance", json=asked, timeout=120)
    return {"status_code": answer.status_code, **answer.json()}


@pytest.fixture
def machine(emulator: RunningEmulator, make_role: Callable[..., str]) -> Iterator[str]:
    """A machine that waits for a day and for a minute; New York's three o'clock starts it."""
    emulator.set_clock(mode="frozen", now=START)
    machines, schedules = emulator.client("stepfunctions"), emulator.client("scheduler")
    arn = machines.create_state_machine(name="m", roleArn=make_role("m", "states"), definition=json.dumps(WAITS))
    arn = arn["stateMachineArn"]
    allowed = {"Effect": "Allow", "Action": "states:StartExecution", "Resource": arn}
    schedules.create_schedule(
        Name="nightly",
        ScheduleExpression="cron(0 3 * * ? *)",
        ScheduleExpressionTimezone="America/New_York",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": make_role("s", "scheduler", allowed), "Input": "{}"},
    )
    yield arn
    schedules.delete_schedule(Name="nightly")
    machines.delete_state_machine(stateMachineArn=arn)
    for role, policy in (("m", None), ("s", "inline")):
        if policy:
            emulator.client("iam").delete_role_policy(RoleName=role, PolicyName=policy)
        emulator.client("iam").delete_role(RoleName=role)


def executions(emulator: RunningEmulator, machine: str) -> list[tuple[str, str, str]]:
    listed = emulator.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    return sorted(
        (f"{x['startDate']:%d %H:%M:%S.%f}", f"{x['stopDate']:%d %H:%M:%S.%f}" if "stopDate" in x else "", x["status"])
        for x in listed
    )


def test_schedules_and_waits_fire_at_their_own_moments(emulator: RunningEmulator, machine: str) -> None:
    answer = advance(emulator, to="2013-04-04T00:00:00Z")
    assert (answer["now"], answer["mode"]) == ("2013-04-04T00:00:00.000Z", "frozen")
    assert executions(emulator, machine) == [
        ("01 07:00:00.000000", "02 07:01:00.000000", "SUCCEEDED"),
        ("02 07:00:00.000000", "03 07:01:00.000000", "SUCCEEDED"),
        ("03 07:00:00.000000", "", "RUNNING"),
    ]


def test_a_jump_fires_nothing_that_it_passes_over_but_lets_go_on_who_waited(
    emulator: RunningEmulator, machine: str
) -> None:
    advance(emulator, to="2013-04-01T07:00:00Z")
    emulator.set_clock(mode="frozen", now="2013-04-03T23:00:00Z")
    advance(emulator, by_s=60)
    assert executions(emulator, machine) == [("01 07:00:00.000000", "03 23:01:00.000000", "SUCCEEDED")]


def test_an_advance_back_and_one_without_a_goal_are_refused(emulator: RunningEmulator) -> None:
    emulator.set_clock(mode="frozen", now=START)
    assert advance(emulator, to="2013-03-31T00:00:00Z")["status_code"] == 400
    assert "only `set` goes back" in advance(emulator, to="2013-03-31T00:00:00Z")["message"]
    assert "by_s" in advance(emulator)["message"]
