"""What calls functions on a running emulator: queues, streams, topics, rules, buckets, APIs, and their own results."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.emulator.functions.deployed import archive
from tests.emulator.running import RunningEmulator, eventually

pytestmark = pytest.mark.emulator

SOURCE = """
import boto3, json, os
def handler(event, context):
    for record in event.get("Records", []):
        if record.get("body") == "bad":
            return {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
    if event.get("raise"):
        raise ValueError("no")
    if "requestContext" in event:
        return {"statusCode": 201, "body": json.dumps(event["requestContext"].get("stage"))}
    boto3.client("sqs").send_message(QueueUrl=os.environ["SEEN"], MessageBody=json.dumps(event))
    return {"done": True}
"""
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


class Sources:
    """The function `f`, which tells the queue `seen` what it was called with."""

    def __init__(self, emulator: RunningEmulator, role: str) -> None:
        self.emulator = emulator
        self.role = role
        self.queues = emulator.client("sqs")
        self.seen = self.queue("seen")
        self.functions = emulator.client("lambda", read_timeout=60)
        self.arn = self.functions.create_function(
            FunctionName="f",
            Role=role,
            Code={"ZipFile": archive({"main.py": SOURCE})},
            Runtime="python3.11",
            Handler="main.handler",
            Timeout=20,
            Environment={"Variables": {"SEEN": self.seen}},
        )["FunctionArn"]
        self.functions.add_permission(
            FunctionName="f", StatementId="all", Action="lambda:InvokeFunction", Principal="*"
        )

    def queue(self, name: str, **attributes: str) -> str:
        return str(self.queues.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])

    def messages(self, url: str) -> list[Any]:
        """What is in a queue now."""
        found = self.queues.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0, MessageAttributeNames=["All"]
        )
        return list(found.get("Messages", []))

    def called_with(self, check: Callable[[Any], bool]) -> Any:
        """The event of a call that fits."""

        def find() -> Any:
            events = [json.loads(message["Body"]) for message in self.messages(self.seen)]
            return next((event for event in events if check(event)), None)

        found = eventually(find)
        self.queues.purge_queue(QueueUrl=self.seen)
        return found


@pytest.fixture(scope="module")
def sources(emulator: RunningEmulator, make_role: Callable[..., str]) -> Sources:
    return Sources(emulator, make_role("f", "lambda", ALL))


def arn(kind: str, name: str) -> str:
    return f"arn:aws:{kind}:us-east-1:000000000000:{name}"


def test_a_queue_keeps_what_failed_of_a_batch(sources: Sources) -> None:
    dead = sources.queue("dead")
    redrive = json.dumps({"deadLetterTargetArn": arn("sqs", "dead"), "maxReceiveCount": "1"})
    work = sources.queue("work", VisibilityTimeout="1", RedrivePolicy=redrive)
    for body in ("good", "bad"):
        sources.queues.send_message(QueueUrl=work, MessageBody=body)
    sources.functions.create_event_source_mapping(
        FunctionName="f", EventSourceArn=arn("sqs", "work"), FunctionResponseTypes=["ReportBatchItemFailures"]
    )
    assert [message["Body"] for message in eventually(lambda: sources.messages(dead))] == ["bad"]
    assert sources.messages(work) == []


def test_a_tables_stream_calls_with_its_records(sources: Sources) -> None:
    tables = sources.emulator.client("dynamodb")
    table = tables.create_table(
        TableName="items",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    sources.functions.create_event_source_mapping(
        FunctionName="f", EventSourceArn=table["LatestStreamArn"], StartingPosition="TRIM_HORIZON"
    )
    tables.put_item(TableName="items", Item={"k": {"S": "one"}})
    found = sources.called_with(lambda event: "dynamodb" in event.get("Records", [{}])[0])
    assert found["Records"][0]["dynamodb"]["Keys"] == {"k": {"S": "one"}}


def test_a_topic_a_rule_and_a_bucket_call_the_function(sources: Sources) -> None:
    topics, events, buckets = (sources.emulator.client(name) for name in ("sns", "events", "s3"))
    topic = topics.create_topic(Name="topic")["TopicArn"]
    topics.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=sources.arn)
    topics.publish(TopicArn=topic, Message="told")
    assert (
        sources.called_with(lambda event: "Sns" in event.get("Records", [{}])[0])["Records"][0]["Sns"]["Message"]
        == "told"
    )

    events.put_rule(Name="rule", EventPattern=json.dumps({"source": ["mine"]}))
    events.put_targets(Rule="rule", Targets=[{"Id": "f", "Arn": sources.arn}])
    events.put_events(Entries=[{"Source": "mine", "DetailType": "x", "Detail": json.dumps({"n": 1})}])
    assert sources.called_with(lambda event: event.get("source") == "mine")["detail"] == {"n": 1}

    buckets.create_bucket(Bucket="bucket")
    target = {"LambdaFunctionArn": sources.arn, "Events": ["s3:ObjectCreated:*"]}
    buckets.put_bucket_notification_configuration(
        Bucket="bucket", NotificationConfiguration={"LambdaFunctionConfigurations": [target]}
    )
    buckets.put_object(Bucket="bucket", Key="key", Body=b"x")
    found = sources.called_with(lambda event: "s3" in event.get("Records", [{}])[0])
    assert found["Records"][0]["s3"]["object"]["key"] == "key"


def test_an_http_api_and_a_rest_api_call_the_function(sources: Sources) -> None:
    apis = sources.emulator.client("apigatewayv2")
    http = apis.create_api(Name="h", ProtocolType="HTTP")["ApiId"]
    integration = apis.create_integration(
        ApiId=http, IntegrationType="AWS_PROXY", IntegrationUri=sources.arn, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    apis.create_route(ApiId=http, RouteKey="$default", Target=f"integrations/{integration}")
    apis.create_stage(ApiId=http, StageName="$default", AutoDeploy=True)
    answer = httpx.get(f"{sources.emulator.endpoint}/_aws/execute-api/{http}/$default/x", timeout=30)
    assert (answer.status_code, answer.json()) == (201, "$default")

    apis = sources.emulator.client("apigateway")
    rest = apis.create_rest_api(name="r")["id"]
    root = apis.get_resources(restApiId=rest)["items"][0]["id"]
    apis.put_method(restApiId=rest, resourceId=root, httpMethod="GET", authorizationType="NONE")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{sources.arn}/invocations"
    apis.put_integration(
        restApiId=rest, resourceId=root, httpMethod="GET", type="AWS_PROXY", integrationHttpMethod="POST", uri=uri
    )
    apis.create_deployment(restApiId=rest, stageName="live")
    answer = httpx.get(f"{sources.emulator.endpoint}/_aws/execute-api/{rest}/live/", timeout=30)
    assert (answer.status_code, answer.json()) == (201, "live")


def test_results_of_events_go_to_their_destinations(sources: Sources) -> None:
    good, bad = sources.queue("succeeded"), sources.queue("failed")
    destinations = {
        "OnSuccess": {"Destination": arn("sqs", "succeeded")},
        "OnFailure": {"Destination": arn("sqs", "failed")},
    }
    sources.functions.put_function_event_invoke_config(
        FunctionName="f", MaximumRetryAttempts=0, DestinationConfig=destinations
    )
    for event in ({"x": 1}, {"raise": True}):
        answer = sources.functions.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps(event))
        assert answer["StatusCode"] == 202
    (told,) = (json.loads(m["Body"]) for m in eventually(lambda: sources.messages(good)))
    assert (told["requestPayload"], told["responsePayload"]) == ({"x": 1}, {"done": True})
    (told,) = (json.loads(m["Body"]) for m in eventually(lambda: sources.messages(bad)))
    assert told["requestContext"]["condition"] == "RetriesExhausted"
    assert told["responsePayload"]["errorType"] == "ValueError"
    sources.functions.delete_function_event_invoke_config(FunctionName="f")


def test_a_destination_can_be_a_bus_and_a_function(sources: Sources) -> None:
    events = sources.emulator.client("events")
    events.put_rule(Name="results", EventPattern=json.dumps({"source": ["lambda"]}))
    results = sources.queue("results")
    events.put_targets(Rule="results", Targets=[{"Id": "q", "Arn": arn("sqs", "results")}])
    destinations = {"OnFailure": {"Destination": arn("events", "event-bus/default")}, "OnSuccess": {}}
    sources.functions.put_function_event_invoke_config(
        FunctionName="f", MaximumRetryAttempts=0, DestinationConfig=destinations
    )
    sources.functions.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps({"raise": True}))
    (told,) = (json.loads(m["Body"]) for m in eventually(lambda: sources.messages(results)))
    assert told["detail-type"] == "Lambda Function Invocation Result - Failure"
    assert told["detail"]["responsePayload"]["errorMessage"] == "no"
    sources.functions.delete_function_event_invoke_config(FunctionName="f")


def test_a_dead_letter_queue_gets_the_event_itself(sources: Sources) -> None:
    dead = sources.queue("letters")
    sources.functions.create_function(
        FunctionName="dies",
        Role=sources.role,
        Code={"ZipFile": archive({"main.py": SOURCE})},
        Runtime="python3.11",
        Handler="main.handler",
        DeadLetterConfig={"TargetArn": arn("sqs", "letters")},
    )
    sources.functions.put_function_event_invoke_config(FunctionName="dies", MaximumRetryAttempts=0)
    sources.functions.invoke(FunctionName="dies", InvocationType="Event", Payload=b'{"raise": "x"}')
    (letter,) = eventually(lambda: sources.messages(dead))
    assert json.loads(letter["Body"]) == {"raise": "x"}
    attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert (attributes["ErrorCode"], attributes["ErrorMessage"]) == ("200", "no")


def test_an_event_that_waits_for_its_retry_survives_a_kill(sources: Sources) -> None:
    sources.functions.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps({"raise": True}))
    folder = sources.emulator.state / "functions" / "events"
    kept = eventually(lambda: [p for p in folder.glob("*.json") if json.loads(p.read_text())["due"]])
    sources.emulator.kill()
    sources.emulator.start()
    assert [path.name for path in folder.glob("*.json")] == [kept[0].name]
