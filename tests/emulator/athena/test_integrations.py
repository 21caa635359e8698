"""Athena from a state machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.athena.conftest import BUCKET, DATABASE
from tests.emulator.running import RunningEmulator, eventually

pytestmark = pytest.mark.emulator

ALLOWED = [
    {"Effect": "Allow", "Action": ["athena:*", "glue:Get*"], "Resource": "*"},
    {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject", "s3:PutObject"], "Resource": "*"},
]


@pytest.fixture(scope="module")
def execute(lake: RunningEmulator, make_role: Callable[..., str]) -> Callable[..., dict[str, Any]]:
    """Run a state machine that asks one query and reads its result: its ended execution."""
    states = lake.client("stepfunctions")

    def run(name: str, sql: str, *statements: dict[str, Any]) -> dict[str, Any]:
        ask = {
            "Type": "Task",
            "Resource": "arn:aws:states:::athena:startQueryExecution.sync",
            "Parameters": {
                "QueryString": sql,
                "WorkGroup": "analysts",
                "QueryExecutionContext": {"Database": DATABASE},
            },
            "Next": "Read",
        }
        read = {
            "Type": "Task",
            "Resource": "arn:aws:states:::athena:getQueryResults",
            "Parameters": {"QueryExecutionId.$": "$.QueryExecution.QueryExecutionId"},
            "End": True,
        }
        definition = json.dumps({"StartAt": "Ask", "States": {"Ask": ask, "Read": read}})
        role = make_role(f"machine-{name}", "states", *statements)
        machine = states.create_state_machine(name=name, definition=definition, roleArn=role)["stateMachineArn"]
        arn = states.start_execution(stateMachineArn=machine)["executionArn"]

        def ended() -> dict[str, Any] | None:
            found: dict[str, Any] = states.describe_execution(executionArn=arn)
            return found if found["status"] != "RUNNING" else None

        return dict(eventually(ended))

    return run


def test_a_state_machine_waits_for_the_query_and_reads_its_result(execute: Callable[..., dict[str, Any]]) -> None:
    execution = execute("asks", "SELECT count(*) FROM flights", *ALLOWED)
    assert execution["status"] == "SUCCEEDED", execution
    rows = json.loads(execution["output"])["ResultSet"]["Rows"]
    assert rows[1]["Data"] == [{"VarCharValue": "16"}]


def test_a_query_that_fails_fails_the_task_with_its_reason(execute: Callable[..., dict[str, Any]]) -> None:
    execution = execute("asks-amiss", "SELECT nope FROM flights", *ALLOWED)
    assert (execution["status"], execution["error"]) == ("FAILED", "States.TaskFailed")
    assert "COLUMN_NOT_FOUND" in execution["cause"]


def test_a_role_without_the_permission_is_refused(execute: Callable[..., dict[str, Any]]) -> None:
    execution = execute("may-not", "SELECT 1", {**ALLOWED[1]})
    assert execution["status"] == "FAILED"
    assert "athena:StartQueryExecution" in execution["cause"]


def test_a_query_reads_the_lake_as_the_machines_role(execute: Callable[..., dict[str, Any]]) -> None:
    results = {**ALLOWED[1], "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/results/*"]}
    execution = execute("reads-not", "SELECT count(*) FROM flights", ALLOWED[0], results)
    assert "Permission denied on S3 path" in execution["cause"]
