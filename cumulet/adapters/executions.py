"""Executions of Step Functions state machines: start, wait, and say which step failed and why."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cumulet.adapters.session import client
from cumulet.contracts.errors import JobError

FAILED = ("FAILED", "TIMED_OUT", "ABORTED")


@dataclass(frozen=True)
class Execution:
    """One execution as it ended (or stands)."""

    arn: str
    status: str
    input: dict[str, Any]
    output: dict[str, Any]


class StateMachine:
    """One state machine."""

    def __init__(self, arn: str) -> None:
        self.arn = arn
        self.name = arn.rsplit(":", 1)[1]
        self._client = client("stepfunctions")

    def start(self, event: dict[str, Any], name: str = "") -> str:
        """Start an execution; its ARN. A name is made unique by a suffix."""
        unique = f"{name or 'run'}-{uuid.uuid4().hex[:12]}"
        answer = self._client.start_execution(stateMachineArn=self.arn, name=unique, input=json.dumps(event))
        return str(answer["executionArn"])

    def running(self) -> list[str]:
        """ARNs of the executions that are under way."""
        answer = self._client.list_executions(stateMachineArn=self.arn, statusFilter="RUNNING")
        return [e["executionArn"] for e in answer["executions"]]

    def recent(self, limit: int = 10) -> list[dict[str, Any]]:
        """The newest executions first: name, status, startDate."""
        answer = self._client.list_executions(stateMachineArn=self.arn, maxResults=limit)
        return [dict(e) for e in answer["executions"]]

    def describe(self, arn: str) -> Execution:
        """An execution as it stands."""
        answer = self._client.describe_execution(executionArn=arn)
        output = json.loads(answer.get("output") or "{}")
        return Execution(arn, answer["status"], json.loads(answer["input"]), output if isinstance(output, dict) else {})

    def wait(
        self, arn: str, *, timeout: float = 3600.0, progress: Callable[[str], None] = lambda state: None
    ) -> Execution:
        """Wait for the end of an execution; `progress` hears the state it is in.

        Raises JobError naming the state, the error and its cause when it does not succeed, or after `timeout` seconds.
        """
        deadline, pause, polls = time.monotonic() + timeout, 0.02, 0
        while time.monotonic() < deadline:
            execution = self.describe(arn)
            if execution.status == "SUCCEEDED":
                return execution
            if execution.status in FAILED:
                raise JobError(f"{self.name}: {self.failure(arn) or execution.status}")
            polls += 1
            if polls % 10 == 0:
                progress(self.current_state(arn))
            time.sleep(pause)
            pause = min(pause * 1.3, 1.0 if polls > 60 else 0.1)
        raise JobError(f"{self.name}: {arn} has not ended after {timeout:.0f} s")

    def history(self, arn: str, newest_first: bool = False) -> Iterator[dict[str, Any]]:
        """The events of an execution."""
        pages = self._client.get_paginator("get_execution_history")
        for page in pages.paginate(executionArn=arn, reverseOrder=newest_first):
            yield from page["events"]

    def current_state(self, arn: str) -> str:
        """Name of the state entered last."""
        for event in self.history(arn, newest_first=True):
            if "stateEnteredEventDetails" in event:
                return str(event["stateEnteredEventDetails"]["name"])
        return ""

    def failure(self, arn: str) -> str:
        """The state that failed, the error and the cause, in one sentence."""
        state, reason = "", ""
        for event in self.history(arn, newest_first=True):
            details = next((v for k, v in event.items() if k.endswith("FailedEventDetails") and v), None)
            if details and not reason:
                reason = f"{details.get('error', '')}: {_readable(details.get('cause', ''))}"
            if "stateEnteredEventDetails" in event:
                state = event["stateEnteredEventDetails"]["name"]
                break
        return f"{state}: {reason}" if reason else state


def _readable(cause: str) -> str:
    """The one sentence of a cause that is JSON: a Lambda's errorMessage, a job's FailureReason or ExitMessage."""
    try:
        body = json.loads(cause)
    except ValueError:
        return cause
    if not isinstance(body, dict):
        return cause
    return str(next((body[k] for k in ("errorMessage", "ExitMessage", "FailureReason") if body.get(k)), cause))
