"""One emulator for these tests, with a bucket and a role."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.sagemaker.harness import Emulator


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The emulator of all these tests; they run in one worker (their mark xdist_group)."""
    emulator = Emulator(tmp_path_factory.mktemp("sagemaker") / "state")
    yield emulator
    emulator.stop()


@pytest.fixture
def role() -> str:
    """The role of the jobs."""
    return "arn:aws:iam::000000000000:role/job"


@pytest.fixture(scope="session")
def events(cloud: Emulator) -> Iterator[Any]:
    """Every event of SageMaker so far, through a rule and a queue."""
    sqs, rules = cloud.client("sqs"), cloud.client("events")
    url = sqs.create_queue(QueueName="events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    service = {"Service": "events.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": service, "Action": "sqs:*", "Resource": arn}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [statement]})})
    rules.put_rule(Name="all", EventPattern=json.dumps({"source": ["aws.sagemaker"]}))
    rules.put_targets(Rule="all", Targets=[{"Id": "queue", "Arn": arn}])
    seen: list[dict[str, Any]] = []

    def read() -> list[dict[str, Any]]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            seen.append(json.loads(message["Body"]))
        return seen

    yield read
    rules.remove_targets(Rule="all", Ids=["queue"])
