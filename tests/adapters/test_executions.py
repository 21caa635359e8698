"""Executions: waiting, and saying which state failed and why."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cumulet.adapters import executions
from cumulet.adapters.executions import StateMachine
from cumulet.contracts.errors import JobError

ARN = "arn:aws:states:us-east-1:000000000000:stateMachine:Nightly"


class Pages:
    def __init__(self, events: list[dict[str, Any]]) -> None:
        self.events = events

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{"events": self.events}]


class Steps:
    """A Step Functions that answers RUNNING so many times, then the given status."""

    def __init__(self, status: str, polls: int = 2, events: tuple[dict[str, Any], ...] = ()) -> None:
        self.status, self.polls, self.events = status, polls, list(events)
        self.started: list[str] = []

    def start_execution(self, **request: Any) -> dict[str, str]:
        self.started.append(request["name"])
        return {"executionArn": f"{ARN}:{request['name']}"}

    def describe_execution(self, **_: Any) -> dict[str, Any]:
        self.polls -= 1
        status = "RUNNING" if self.polls > 0 else self.status
        return {"status": status, "input": '{"date": "2013-04-01"}', "output": '{"metrics": {"Records": 3}}'}

    def get_paginator(self, _: str) -> Pages:
        return Pages(self.events)


def machine(monkeypatch: pytest.MonkeyPatch, steps: Steps) -> StateMachine:
    monkeypatch.setattr(executions, "client", lambda name: steps)
    return StateMachine(ARN)


def test_waiting_returns_the_output_when_the_execution_succeeds(monkeypatch):
    nightly = machine(monkeypatch, Steps("SUCCEEDED"))
    assert nightly.wait("x").output == {"metrics": {"Records": 3}}


def test_a_failure_names_the_state_the_error_and_the_readable_part_of_its_cause(monkeypatch):
    cause = json.dumps({"errorMessage": "distance=-1: expected 1..5000", "stackTrace": ["…"]})
    failed = {"type": "TaskFailed", "taskFailedEventDetails": {"error": "SchemaError", "cause": cause}}
    entered = {"type": "TaskStateEntered", "stateEnteredEventDetails": {"name": "Ingest"}}
    nightly = machine(monkeypatch, Steps("FAILED", events=(failed, entered)))
    with pytest.raises(JobError, match=r"Nightly: Ingest: SchemaError: distance=-1: expected 1\.\.5000$"):
        nightly.wait("x")


def test_an_execution_that_does_not_end_is_an_error_after_the_time_out(monkeypatch):
    nightly = machine(monkeypatch, Steps("SUCCEEDED", polls=10**6))
    with pytest.raises(JobError, match="has not ended"):
        nightly.wait("x", timeout=0.1)


def test_two_executions_of_one_name_do_not_collide(monkeypatch):
    steps = Steps("SUCCEEDED")
    nightly = machine(monkeypatch, steps)
    nightly.start({}, name="night-2013-04-01")
    nightly.start({}, name="night-2013-04-01")
    assert len(set(steps.started)) == 2
    assert all(name.startswith("night-2013-04-01-") and len(name) <= 80 for name in steps.started)
