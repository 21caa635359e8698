from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.emulator.running import RunningEmulator, eventually

pytestmark = pytest.mark.emulator

CONTEXT = {
    "date": "<aws.scheduler.scheduled-time>",
    "id": "<aws.scheduler.execution-id>",
    "attempt": "<aws.scheduler.attempt-number>",
    "schedule": "<aws.scheduler.schedule-arn>",
}


@pytest.fixture(scope="module")
def machine(emulator: RunningEmulator, make_role: Callable[..., str]) -> str:
    definition = json.dumps({"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}})
    made = emulator.client("stepfunctions").create_state_machine(
        name="nightly", roleArn=make_role("nightly", "states"), definition=definition
    )
    return str(made["stateMachineArn"])


def schedule(emulator: RunningEmulator, name: str, machine: str, role: str) -> tuple[str, datetime]:
    """Schedule the machine in New York's time, two seconds from now; its ARN and when it is due."""
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)
    made = emulator.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression=f"at({due.astimezone(ZoneInfo('America/New_York')).replace(tzinfo=None).isoformat()})",
        ScheduleExpressionTimezone="America/New_York",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={"Arn": machine, "RoleArn": role, "Input": json.dumps(CONTEXT)},
    )
    return str(made["ScheduleArn"]), due


def executions(emulator: RunningEmulator, machine: str) -> list[dict[str, Any]]:
    return list(emulator.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"])


def test_a_schedule_starts_its_target_once_in_its_time_zone_with_its_context(
    emulator: RunningEmulator, make_role: Callable[..., str], machine: str
) -> None:
    allowed = {"Effect": "Allow", "Action": "states:StartExecution", "Resource": machine}
    arn, due = schedule(emulator, "once", machine, make_role("scheduler", "scheduler", allowed))
    (execution,) = eventually(lambda: executions(emulator, machine))
    started = emulator.client("stepfunctions").describe_execution(executionArn=execution["executionArn"])
    given = json.loads(started["input"])
    assert given.pop("id").isalnum()
    assert given == {"date": due.strftime("%Y-%m-%dT%H:%M:%SZ"), "attempt": "1", "schedule": arn}
    assert timedelta(0) <= started["startDate"] - due < timedelta(seconds=5)
    assert emulator.client("scheduler").list_schedules()["Schedules"] == []


def test_a_schedule_whose_role_may_not_start_the_target_starts_nothing(
    emulator: RunningEmulator, make_role: Callable[..., str], machine: str
) -> None:
    before = len(executions(emulator, machine))
    schedule(emulator, "denied", machine, make_role("nobody", "scheduler"))
    log = emulator.state.with_suffix(".log")
    eventually(lambda: "denied may not start its target" in log.read_text())
    assert len(executions(emulator, machine)) == before
