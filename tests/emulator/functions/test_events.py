from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from emulator.functions.answer import Answer
from emulator.functions.destinations import record
from emulator.functions.event import Event
from emulator.functions.events import Events
from emulator.functions.target import Asynchronous, Reference, Target
from tests.emulator.functions.deployed import ACCOUNT, REGION, Deployed
from tests.emulator.running import eventually

COUNTING = """
import os
def handler(event, context):
    with open(event["path"], "a") as file:
        file.write(context.aws_request_id + "\\n")
    if event.get("fail", True):
        raise ValueError("no")
    return {"done": True}
"""


class Told:
    """Destinations that remember."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []

    def succeeded(self, event: Event, target: Target, found: Answer) -> None:
        self.records.append(record(event, target, found, "Success", "now"))

    def failed(self, event: Event, target: Target, found: Answer | None, condition: str) -> None:
        self.records.append(record(event, target, found, condition, "now"))


class Queue:
    """Events over an engine whose clock stands still, with a file in which the function counts its attempts."""

    def __init__(self, deployed: Deployed, folder: Path) -> None:
        self.deployed, self.folder = deployed, folder
        self.path = deployed.cloud.state / "attempts"  # below /tmp a function would not see the host's files
        self.told = Told()
        self.reference = deployed.deploy(COUNTING.replace('open(event["path"], "a")', "os.fdopen(os.dup(1), 'a')"))
        self.events = self.open()

    def open(self) -> Events:
        events = Events(
            self.deployed.cloud, self.deployed, self.deployed.engine, folder=self.folder, destinations=self.told
        )
        events.start()
        return events

    def accept(self, text: str = '{"path": ""}', reference: Reference | None = None) -> str:
        request_id = str(uuid.uuid4())
        self.events.accept(reference or self.reference, text.encode(), request_id=request_id)
        return request_id

    def attempts(self) -> int:
        return sum(m.startswith("START") for messages in self.deployed.cloud.logs.values() for m in messages)

    def wait(self, count: int) -> None:
        eventually(lambda: self.attempts() == count)

    def waits(self) -> list[float]:
        clock = self.deployed.cloud.clock
        return [(moment - clock.now()).total_seconds() for moment in clock.waits]

    def advance(self, seconds: float) -> None:
        self.deployed.cloud.clock.time += timedelta(seconds=seconds)

    def configure(self, **settings: Any) -> None:
        of = self.deployed.functions["f", None]
        self.deployed.functions["f", None] = replace(of, asynchronous=Asynchronous(**settings))


@pytest.fixture
def queue(deployed: Deployed, tmp_path: Path) -> Iterator[Queue]:
    made = Queue(deployed, tmp_path / "events")
    yield made
    made.events.stop()


def test_an_event_that_succeeds_is_done_with(queue: Queue) -> None:
    request_id = queue.accept('{"path": "", "fail": false}')
    eventually(lambda: queue.told.records)
    (told,) = queue.told.records
    assert told["requestContext"] == {
        "requestId": request_id,
        "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST",
        "condition": "Success",
        "approximateInvokeCount": 1,
    }
    assert told["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
    assert (told["requestPayload"], told["responsePayload"]) == ({"path": "", "fail": False}, {"done": True})
    eventually(lambda: not list(queue.folder.glob("*")))
    queue.deployed.delivered()


def test_a_failure_is_attempted_again_after_a_minute_and_after_two_by_the_clock(queue: Queue) -> None:
    request_id = queue.accept()
    eventually(lambda: queue.waits() == [60])
    queue.wait(1)
    queue.advance(59)
    time.sleep(0.1)
    assert queue.attempts() == 1
    queue.advance(1)
    queue.wait(2)
    eventually(lambda: len(queue.waits()) == 2)
    assert queue.waits()[1] == 120
    assert not queue.told.records
    queue.advance(120)
    eventually(lambda: queue.told.records)
    (told,) = queue.told.records
    assert (told["requestContext"]["condition"], told["requestContext"]["approximateInvokeCount"]) == (
        "RetriesExhausted",
        3,
    )
    assert told["responseContext"]["functionError"] == "Unhandled"
    assert told["responsePayload"]["errorType"] == "ValueError"
    queue.deployed.delivered()
    lines = [m for messages in queue.deployed.cloud.logs.values() for m in messages]
    assert lines.count(request_id + "\n") == 3


@pytest.mark.parametrize(("retries", "attempts"), [(0, 1), (1, 2)])
def test_the_number_of_attempts_is_the_functions(queue: Queue, retries: int, attempts: int) -> None:
    queue.configure(retries=retries)
    queue.accept()
    for _ in range(retries):
        eventually(lambda: queue.deployed.cloud.clock.waits)
        queue.advance(60)
    eventually(lambda: queue.told.records)
    assert queue.told.records[0]["requestContext"]["approximateInvokeCount"] == attempts
    queue.deployed.delivered()
    assert queue.attempts() == attempts


def test_an_event_that_is_too_old_is_not_attempted_again(queue: Queue) -> None:
    queue.configure(longest_age_s=90)
    queue.accept()
    eventually(lambda: len(queue.waits()) == 1)
    queue.advance(60)
    eventually(lambda: len(queue.waits()) == 2)
    assert queue.waits()[1] == 30
    queue.advance(30)
    eventually(lambda: queue.told.records)
    assert queue.told.records[0]["requestContext"]["condition"] == "EventAgeExceeded"
    queue.deployed.delivered()
    assert queue.attempts() == 2


def test_a_throttled_event_is_attempted_again_without_counting_as_failed(queue: Queue) -> None:
    of = queue.deployed.functions["f", None]
    queue.deployed.functions["f", None] = replace(of, reserved=0)
    queue.accept('{"path": "", "fail": false}')
    for number, wait in enumerate((1, 2, 4), start=1):
        eventually(lambda n=number: len(queue.waits()) == n)
        assert queue.waits()[-1] == wait
        if wait == 4:
            queue.deployed.functions["f", None] = replace(of, reserved=None)
        queue.advance(wait)
    eventually(lambda: queue.told.records)
    assert queue.told.records[0]["requestContext"]["condition"] == "Success"


def test_an_event_survives_the_emulator(queue: Queue) -> None:
    request_id = queue.accept()
    eventually(lambda: queue.waits() == [60])
    queue.events.stop()
    time.sleep(0.05)  # its threads end
    queue.advance(60)
    queue.events = queue.open()
    queue.wait(2)
    (kept,) = queue.folder.glob("*.json")
    assert kept.stem == request_id


def test_an_event_of_a_function_that_is_gone_is_dropped(queue: Queue) -> None:
    queue.accept()
    eventually(lambda: queue.waits() == [60])
    del queue.deployed.functions["f", None]
    queue.advance(60)
    eventually(lambda: not list(queue.folder.glob("*")))
    assert not queue.told.records


def test_an_event_for_no_function_is_refused(queue: Queue) -> None:
    with pytest.raises(Exception, match="Function not found"):
        queue.accept(reference=Reference(ACCOUNT, REGION, "absent"))


def test_received_and_dropped_events_are_counted(queue: Queue) -> None:
    queue.configure(retries=0)
    queue.accept()
    eventually(lambda: queue.told.records)
    names = [datum["MetricName"] for datum in queue.deployed.cloud.metrics]
    assert "AsyncEventsReceived" in names
    eventually(lambda: "AsyncEventsDropped" in [d["MetricName"] for d in queue.deployed.cloud.metrics])
