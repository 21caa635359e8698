"""The clock of a running emulator: what is due fires in order, whatever the steps."""

from __future__ import annotations

import io
import json
import tempfile
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.emulator.running import RunningEmulator, eventually

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


def start_nightly(
    emulator: RunningEmulator,
    make_role: Callable[..., str],
    name: str,
    definition: dict[str, Any],
    *may: dict[str, Any],
) -> str:
    """A machine that New York's three o'clock starts; the clock stands before it."""
    emulator.set_clock(mode="frozen", now=START)
    machines, schedules = emulator.client("stepfunctions"), emulator.client("scheduler")
    role = make_role(f"{name}-machine-{uuid.uuid4().hex[:8]}", "states", *may)
    arn = str(
        machines.create_state_machine(name=name, roleArn=role, definition=json.dumps(definition))["stateMachineArn"]
    )
    allowed = {"Effect": "Allow", "Action": "states:StartExecution", "Resource": arn}
    schedules.create_schedule(
        Name=name,
        ScheduleExpression="cron(0 3 * * ? *)",
        ScheduleExpressionTimezone="America/New_York",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": make_role(f"{name}-schedule-{uuid.uuid4().hex[:8]}", "scheduler", allowed)},
    )
    return arn


def forget(emulator: RunningEmulator, machine: str) -> None:
    emulator.client("scheduler").delete_schedule(Name=machine.rpartition(":")[2])
    emulator.client("stepfunctions").delete_state_machine(stateMachineArn=machine)


@pytest.fixture
def machine(emulator: RunningEmulator, make_role: Callable[..., str]) -> Iterator[str]:
    """A machine that waits for a day, then for a minute."""
    made = start_nightly(emulator, make_role, "waits", WAITS)
    yield made
    forget(emulator, made)


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


class Busy:
    """A machine that New York's three o'clock starts and whose function does not end before it is let go."""

    def __init__(self, emulator: RunningEmulator, make_role: Callable[..., str], folder: Path) -> None:
        self._emulator, self._called, self._free = emulator, folder / "called", folder / "free"
        source = f"""
import os, time
def handler(event, context):
    open({str(self._called)!r}, "w").close()
    while not os.path.exists({str(self._free)!r}):
        time.sleep(0.05)
"""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("main.py", source)
        function = emulator.client("lambda").create_function(
            FunctionName="busy",
            Runtime="python3.11",
            Handler="main.handler",
            Role=make_role(f"busy-{uuid.uuid4().hex[:8]}", "lambda"),
            Code={"ZipFile": content.getvalue()},
            Timeout=60,
        )["FunctionArn"]
        call = {"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": function, "End": True}}}
        may_call = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
        self.machine = start_nightly(emulator, make_role, "busy", call, may_call)

    def wait_until_called(self) -> None:
        eventually(self._called.exists)

    def let_go(self) -> None:
        self._free.touch()

    def running(self) -> list[Any]:
        machines = self._emulator.client("stepfunctions")
        return list(machines.list_executions(stateMachineArn=self.machine, statusFilter="RUNNING")["executions"])


@pytest.fixture
def busy(emulator: RunningEmulator, make_role: Callable[..., str]) -> Iterator[Busy]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # a function's /tmp is its own
        made = Busy(emulator, make_role, Path(folder))
        yield made
        made.let_go()
        eventually(lambda: not made.running())  # the folder goes with this block
        emulator.client("lambda").delete_function(FunctionName="busy")
        forget(emulator, made.machine)


def test_one_advance_at_a_time_and_it_can_be_cancelled(emulator: RunningEmulator, busy: Busy) -> None:
    with ThreadPoolExecutor(1) as threads:
        going = threads.submit(advance, emulator, by_s=86400)
        eventually(lambda: emulator.get("/_emulator/clock")["advancing_to"])
        busy.wait_until_called()
        refused = advance(emulator, by_s=60)
        assert (refused["status_code"], refused["advancing_to"]) == (409, "2013-04-02T00:00:00.000Z")
        assert emulator.set_clock(mode="real")["status_code"] == 409
        assert emulator.get("/_emulator/health")["clock"]["now"] == "2013-04-01T07:00:00.000Z"
        answer = httpx.delete(f"{emulator.endpoint}/_emulator/clock/advance").json()
        assert answer == {"cancelled": True}
        assert going.result()["status_code"] == 409
        assert "was cancelled" in going.result()["message"]
    assert emulator.get("/_emulator/clock")["now"] == "2013-04-01T07:00:00.000Z"


def test_an_advance_ends_when_its_client_goes_away(emulator: RunningEmulator, busy: Busy) -> None:
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{emulator.endpoint}/_emulator/clock/advance", json={"by_s": 86400}, timeout=1)
    eventually(lambda: emulator.get("/_emulator/clock")["advancing_to"] is None)


def test_what_does_not_end_is_named(emulator: RunningEmulator, busy: Busy) -> None:
    answer = advance(emulator, by_s=86400, limit_s=0.5)
    assert answer["status_code"] == 504
    assert "call of busy" in answer["under_way"]
    assert any(":execution:busy:" in name for name in answer["under_way"])
    assert answer["now"] == "2013-04-01T07:00:00.000Z"


def test_killed_in_an_advance_it_fires_again_what_had_not_ended(emulator: RunningEmulator, busy: Busy) -> None:
    with ThreadPoolExecutor(1) as threads:
        going = threads.submit(advance, emulator, by_s=86400)
        busy.wait_until_called()
        time.sleep(2)  # what was acknowledged longer ago than a second is kept
        emulator.kill()
        with pytest.raises(httpx.HTTPError):
            going.result()
    emulator.start()
    assert emulator.get("/_emulator/clock")["now"] == "2013-04-01T07:00:00.000Z"
    busy.let_go()
    assert advance(emulator, to="2013-04-01T12:00:00Z")["status_code"] == 200
    assert executions(emulator, busy.machine) == [
        ("01 07:00:00.000000", "01 07:00:00.000000", "FAILED"),
        ("01 07:00:00.000000", "01 07:00:00.000000", "SUCCEEDED"),
    ]


def test_an_emulator_that_stops_ends_its_advance(emulator: RunningEmulator, busy: Busy) -> None:
    with ThreadPoolExecutor(1) as threads:
        going = threads.submit(advance, emulator, by_s=86400)
        busy.wait_until_called()
        took_s = emulator.stop()
        assert took_s < 10
        assert going.exception() or going.result()["status_code"] == 409
    emulator.start()
    assert emulator.get("/_emulator/clock")["now"] == "2013-04-01T07:00:00.000Z"
