from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.emulator.running import RunningEmulator

pytestmark = pytest.mark.emulator

SAVED_WITHIN_S = 1.3  # what was acknowledged longer ago than this survives a SIGKILL


def test_nothing_acknowledged_a_second_ago_is_lost_in_a_sigkill(
    emulator: RunningEmulator, make_role: Callable[..., str]
) -> None:
    role = make_role("machine", "states")
    emulator.client("ssm").put_parameter(Name="name", Value="value", Type="String")
    queue = emulator.client("sqs").create_queue(QueueName="queue")["QueueUrl"]
    emulator.client("sqs").send_message(QueueUrl=queue, MessageBody="message")
    table = {"AttributeName": "key"}
    emulator.client("dynamodb").create_table(
        TableName="table",
        KeySchema=[{**table, "KeyType": "HASH"}],
        AttributeDefinitions=[{**table, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    emulator.client("dynamodb").put_item(TableName="table", Item={"key": {"S": "item"}})
    emulator.client("s3").create_bucket(Bucket="bucket")
    emulator.client("s3").put_object(Bucket="bucket", Key="key", Body=b"body")
    emulator.client("cloudwatch").put_metric_data(Namespace="Mine", MetricData=[{"MetricName": "m", "Value": 1.0}])
    definition = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}})
    machine = emulator.client("stepfunctions").create_state_machine(name="machine", roleArn=role, definition=definition)
    running = emulator.client("stepfunctions").start_execution(stateMachineArn=machine["stateMachineArn"])

    time.sleep(SAVED_WITHIN_S)
    emulator.kill()
    emulator.start()

    assert emulator.client("ssm").get_parameter(Name="name")["Parameter"]["Value"] == "value"
    assert emulator.client("sqs").receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "message"
    assert emulator.client("dynamodb").scan(TableName="table")["Items"] == [{"key": {"S": "item"}}]
    assert emulator.client("s3").get_object(Bucket="bucket", Key="key")["Body"].read() == b"body"
    assert [m["Namespace"] for m in emulator.client("cloudwatch").list_metrics()["Metrics"]] == ["Mine"]
    after = emulator.client("stepfunctions").describe_execution(executionArn=running["executionArn"])
    assert after["status"] == "FAILED"
    assert "restart" in after["cause"]


def test_an_execution_that_ended_by_itself_is_saved_without_a_further_request(
    emulator: RunningEmulator, make_role: Callable[..., str]
) -> None:
    states = emulator.client("stepfunctions")
    definition = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 2, "End": True}}})
    machine = states.create_state_machine(name="ends", roleArn=make_role("ends", "states"), definition=definition)
    execution = states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    time.sleep(2 + SAVED_WITHIN_S)
    emulator.kill()
    emulator.start()
    assert emulator.client("stepfunctions").describe_execution(executionArn=execution)["status"] == "SUCCEEDED"


def test_an_emulator_that_has_nothing_to_do_saves_nothing(emulator: RunningEmulator) -> None:
    time.sleep(SAVED_WITHIN_S)
    before = emulator.get("/_emulator/health")["persistence"]["saves"]
    for _ in range(20):
        emulator.client("s3").list_buckets()
    time.sleep(SAVED_WITHIN_S)
    assert emulator.get("/_emulator/health")["persistence"]["saves"] == before


def test_the_clock_is_kept(emulator: RunningEmulator) -> None:
    emulator.set_clock(now="2013-04-01T07:00:00Z")
    emulator.kill()
    emulator.start()
    now = datetime.fromisoformat(emulator.get("/_emulator/clock")["now"])
    assert now.astimezone(UTC).date().isoformat() == "2013-04-01"
    emulator.set_clock(mode="real")
