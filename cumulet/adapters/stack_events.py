"""What CloudFormation reports while it works on a stack, as it happens, until the stack rests."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from cumulet.adapters.session import ENDPOINT_VARIABLE, client
from cumulet.contracts.errors import DeployError


@dataclass(frozen=True)
class Progress:
    """One thing that happened to one resource of a stack."""

    stack: str
    resource: str
    status: str
    reason: str = ""


def watch(name: str, seen: set[str], *, done: tuple[str, ...]) -> Iterator[Progress]:
    """Yield events until the stack rests. Raises DeployError when it does not rest where it should."""
    first_failure: Progress | None = None
    while True:
        status = _status(name)
        for event in reversed(events(name)):
            if event["EventId"] in seen:
                continue
            seen.add(event["EventId"])
            reason = event.get("ResourceStatusReason", "")
            progress = Progress(event["StackName"], event["LogicalResourceId"], event["ResourceStatus"], reason)
            if progress.status.endswith("FAILED") and "cancelled" not in reason:
                first_failure = first_failure or progress
            yield progress
        if status in done:
            return
        if not status.endswith("IN_PROGRESS"):
            raise _failed(name, status, first_failure)
        time.sleep(pause())


def _failed(name: str, status: str, failure: Progress | None) -> DeployError:
    what = f"{failure.resource}: {failure.reason}" if failure else "CloudFormation names no resource"
    remedy = "mend that resource in infra/ and run `cumulet deploy` again; what was there before is still there"
    return DeployError(f"stack {name.split('/')[1] if '/' in name else name} is {status}. {what}. Remedy: {remedy}")


def _status(name: str) -> str:
    try:
        return str(client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if "does not exist" in error.response["Error"].get("Message", ""):
            return "DELETE_COMPLETE"
        raise


def events(name: str) -> list[dict[str, Any]]:
    """The newest events of a stack, newest first."""
    try:
        return list(client("cloudformation").describe_stack_events(StackName=name)["StackEvents"])
    except ClientError as error:
        if "does not exist" in error.response["Error"].get("Message", ""):
            return []
        raise


def pause() -> float:
    """Seconds between two looks: an endpoint on this machine may be asked often."""
    return 0.1 if os.environ.get(ENDPOINT_VARIABLE) else 2.0
