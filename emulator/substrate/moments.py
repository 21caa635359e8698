"""ministack's services go by the emulator's clock: their module `time`, their `now_iso`, SQS's visibility.

Not so, on purpose: signatures, STS sessions and S3 (what checks them are clients, which go by real time), Lambda's
time-outs (code runs in real time), and how long a receiver waits for a message.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, tzinfo
from typing import Any

from ministack.services import cloudwatch_logs, dynamodb, eventbridge, scheduler, sns, sqs, stepfunctions

from emulator.service import Clock

RECEIVE_EVERY_S = 0.1  # how often a receiver that waits looks for a message, as ministack has it


class ClockTime:
    """The module `time` for a service of ministack, with the emulator's time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def time(self) -> float:
        """Epoch seconds."""
        return self._clock.now().timestamp()


def iso_stamp(clock: Clock) -> str:
    """The emulator's time as ministack writes it."""
    return clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def install(clock: Clock) -> None:
    """Let the services take the time from the clock."""
    for module in (cloudwatch_logs, dynamodb, eventbridge, scheduler, sns, sqs, stepfunctions):
        module.time = ClockTime(clock)
    for module in (dynamodb, stepfunctions):
        module.now_iso = lambda: iso_stamp(clock)
    eventbridge.datetime = _datetime(clock)
    receive = sqs._act_receive_message

    async def receive_and_wait(data: dict[str, Any], queue_url: str) -> dict[str, Any]:
        """A receiver waits in real time: the clock may stand still."""
        deadline = time.monotonic() + _wait_s(data, queue_url)
        while True:
            answer: dict[str, Any] = await receive({**data, "WaitTimeSeconds": 0}, queue_url)
            if answer or time.monotonic() >= deadline:
                return answer
            await asyncio.sleep(RECEIVE_EVERY_S)

    sqs._HANDLERS["ReceiveMessage"] = receive_and_wait


def _wait_s(data: dict[str, Any], queue_url: str) -> int:
    given = data.get("WaitTimeSeconds")
    if given is None:
        queue = sqs._queues.get(data.get("QueueUrl", queue_url)) or {"attributes": {}}
        given = queue["attributes"].get("ReceiveMessageWaitTimeSeconds", 0)
    return int(given)


def _datetime(clock: Clock) -> type[datetime]:
    class ClockDatetime(datetime):
        """The class `datetime` whose `now` is the emulator's."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return cls.fromtimestamp(clock.now().timestamp(), tz)

    return ClockDatetime
