"""Three days of everything that goes by the clock: the trace is the same in one advance and in many."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.emulator.running import RunningEmulator

pytestmark = pytest.mark.emulator

START, END = "2013-04-01T00:00:00Z", "2013-04-04T00:00:00Z"
# Each call leaves what it was given in a table; the table's stream is not read by anybody
SOURCE = """
import json, boto3
def handler(event, context):
    records = event.get("Records", [event])
    for record in records:
        name = record.get("body") or record.get("name")
        boto3.client("dynamodb").put_item(TableName="trace", Item={"id": {"S": name}})
    return records[0].get("attributes", {}).get("SentTimestamp", "")
"""
MACHINE = {
    "StartAt": "Call",
    "States": {
        "Call": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "trace", "Payload.$": "$"},
            "ResultPath": None,
            "Next": "Send",
        },
        "Send": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl.$": "$.queue", "MessageBody.$": "$$.Execution.StartTime", "DelaySeconds": 600},
            "ResultPath": None,
            "Next": "Store",
        },
        "Store": {
            "Type": "Task",
            "Resource": "arn:aws:states:::dynamodb:putItem",
            "Parameters": {
                "TableName": "expiring",
                "Item": {"id": {"S.$": "$$.Execution.StartTime"}, "until": {"N": "1364900400"}},
            },
            "ResultPath": None,
            "Next": "Day",
        },
        "Day": {"Type": "Wait", "Seconds": 86400, "End": True},
    },
}
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def package() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("main.py", SOURCE)
    return content.getvalue()


class World:
    """An emulator with a rule, a schedule, a machine, a queue with its function, and a table whose items expire."""

    def __init__(self, emulator: RunningEmulator) -> None:
        self.emulator = emulator
        emulator.set_clock(mode="frozen", now=START)
        self.role = self._role()
        dynamodb = emulator.client("dynamodb")
        for table in ("trace", "expiring"):
            dynamodb.create_table(
                TableName=table,
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
                StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
            )
        ttl = {"Enabled": True, "AttributeName": "until"}
        dynamodb.update_time_to_live(TableName="expiring", TimeToLiveSpecification=ttl)
        functions = emulator.client("lambda")
        functions.create_function(
            FunctionName="trace",
            Runtime="python3.11",
            Handler="main.handler",
            Role=self.role,
            Code={"ZipFile": package()},
        )
        self.queue = emulator.client("sqs").create_queue(QueueName="delayed")["QueueUrl"]
        functions.create_event_source_mapping(
            FunctionName="trace", EventSourceArn="arn:aws:sqs:us-east-1:000000000000:delayed"
        )
        self.machine = self._machine()
        self._schedule()

    def _role(self) -> str:
        iam = self.emulator.client("iam")
        services = [f"{name}.amazonaws.com" for name in ("lambda", "states", "scheduler", "events")]
        trust = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
        arn = iam.create_role(RoleName="all", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))["Role"][
            "Arn"
        ]
        policy = {"Version": "2012-10-17", "Statement": [ALL]}
        iam.put_role_policy(RoleName="all", PolicyName="all", PolicyDocument=json.dumps(policy))
        return str(arn)

    def _machine(self) -> str:
        machines = self.emulator.client("stepfunctions")
        made = machines.create_state_machine(name="m", roleArn=self.role, definition=json.dumps(MACHINE))
        return str(made["stateMachineArn"])

    def _schedule(self) -> None:
        def given(name: str) -> str:
            return json.dumps({"name": name, "queue": self.queue})

        self.emulator.client("scheduler").create_schedule(
            Name="nightly",
            ScheduleExpression="cron(0 3 * * ? *)",
            ScheduleExpressionTimezone="America/New_York",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": self.machine, "RoleArn": self.role, "Input": given("<aws.scheduler.scheduled-time>")},
        )
        events = self.emulator.client("events")
        events.put_rule(Name="half-daily", ScheduleExpression="rate(12 hours)")
        target = {"Id": "1", "Arn": self.machine, "RoleArn": self.role, "Input": given("rule")}
        events.put_targets(Rule="half-daily", Targets=[target])

    def advance(self, to: str) -> None:
        answer = httpx.post(f"{self.emulator.endpoint}/_emulator/clock/advance", json={"to": to}, timeout=120)
        assert answer.status_code == 200, answer.text

    def trace(self) -> dict[str, Any]:
        """What happened and when: executions with their states, and each change of the tables."""
        machines = self.emulator.client("stepfunctions")
        executions = []
        for listed in machines.list_executions(stateMachineArn=self.machine)["executions"]:
            history = machines.get_execution_history(executionArn=listed["executionArn"])["events"]
            executions.append((listed["status"], [(event["type"], str(event["timestamp"])) for event in history]))
        return {
            "executions": sorted(executions, key=lambda execution: execution[1][0][1]),
            **{table: self.changes(table) for table in ("trace", "expiring")},
        }

    def changes(self, table: str) -> list[tuple[str, str, str]]:
        streams = self.emulator.client("dynamodbstreams")
        (stream,) = streams.list_streams(TableName=table)["Streams"]
        arn = stream["StreamArn"]
        (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        return [
            (
                record["eventName"],
                record["dynamodb"]["Keys"]["id"]["S"],
                str(record["dynamodb"]["ApproximateCreationDateTime"]),
            )
            for record in streams.get_records(ShardIterator=iterator)["Records"]
        ]


@pytest.fixture
def make_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], World]]:
    made: list[World] = []

    def make() -> World:
        made.append(World(RunningEmulator(tmp_path_factory.mktemp("emulator") / "state")))
        return made[-1]

    yield make
    for world in made:
        world.emulator.stop()


def test_three_days_are_the_same_in_one_advance_and_in_many(make_world: Callable[[], World]) -> None:
    whole, cut = make_world(), make_world()
    whole.advance(END)
    for stop in ("2013-04-01T07:00:00Z", "2013-04-01T07:05:00Z", "2013-04-02T12:09:59.5Z", "2013-04-03T07:00:01Z"):
        cut.advance(stop)
    cut.advance(END)
    trace = whole.trace()
    assert cut.trace() == trace
    assert [states[0][1][:19] for _, states in trace["executions"]] == [
        "2013-04-01 07:00:00", "2013-04-01 12:00:00", "2013-04-02 00:00:00", "2013-04-02 07:00:00",
        "2013-04-02 12:00:00", "2013-04-03 00:00:00", "2013-04-03 07:00:00", "2013-04-03 12:00:00",
        "2013-04-04 00:00:00",
    ]  # fmt: skip
    # A stream keeps its records for a day: the last one's
    stored = [change for change in trace["trace"] if change[1] == "2013-04-03T07:00:00.000Z"]
    assert stored == [("INSERT", "2013-04-03T07:00:00.000Z", "2013-04-03 07:10:00+00:00")]  # the delayed message
    removed = [change for change in trace["expiring"] if change[1].startswith("2013-04-03T07:00:00")]
    assert [(kind, moment[:19]) for kind, _, moment in removed] == [
        ("INSERT", "2013-04-03 07:00:00"),
        ("REMOVE", "2013-04-03 07:00:01"),  # stored when its time had passed: at the next second
    ]


def test_an_item_expires_at_its_moment(make_world: Callable[[], World]) -> None:
    world = make_world()
    world.advance("2013-04-02T11:00:00Z")
    removed = [moment[:19] for kind, _, moment in world.changes("expiring") if kind == "REMOVE"]
    assert removed == ["2013-04-02 11:00:00"] * 4
    assert world.emulator.client("dynamodb").scan(TableName="expiring")["Count"] == 0
