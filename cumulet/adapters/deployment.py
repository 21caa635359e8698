"""Applies a CDK cloud assembly through boto3: assets to S3, a change set per stack. No CDK CLI, no npm."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from cumulet.adapters import assets, stacks
from cumulet.adapters.session import ENDPOINT_VARIABLE, client
from cumulet.adapters.synthesis import synthesise
from cumulet.contracts.errors import DeployError

__all__ = ["Progress", "delete", "deploy", "synthesise"]

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
UNCHANGED = ("didn't contain changes", "No updates are to be performed")
BROKEN = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")
"""A stack in such a state can only be deleted."""


@dataclass(frozen=True)
class Progress:
    """One thing that happened to one resource of a stack."""

    stack: str
    resource: str
    status: str
    reason: str = ""


def deploy(assembly: Path) -> Iterator[Progress]:
    """Create and update the stacks of an assembly, each after those it depends on.

    Raises DeployError naming the resource, the reason and the remedy.
    """
    for name in stacks.names(assembly):
        yield Progress(name, "assets", "UPLOADING")
        template_url = assets.publish(assembly, name)
        yield from _apply(name, template_url)


def delete(names: Sequence[str]) -> Iterator[Progress]:
    """Delete stacks in the order given, emptying the buckets that go with them; those that do not exist are skipped."""
    for name in names:
        if stacks.describe(name) is None:
            continue
        for bucket in assets.doomed_buckets(name):
            yield Progress(name, bucket, "EMPTYING")
            assets.empty(bucket)
        yield from _delete(name)


def _apply(name: str, template_url: str) -> Iterator[Progress]:
    stack = stacks.describe(name)
    if stack is not None and stack["StackStatus"] in BROKEN:
        yield from _delete(name)
        stack = None
    new = stack is None or stack["StackStatus"] == "REVIEW_IN_PROGRESS"
    cloudformation, change_set = client("cloudformation"), f"cumulet-{time.time_ns()}"
    seen = {e["EventId"] for e in _events(name)} if stack else set()
    cloudformation.create_change_set(
        StackName=name,
        ChangeSetName=change_set,
        ChangeSetType="CREATE" if new else "UPDATE",
        TemplateURL=template_url,
        Capabilities=CAPABILITIES,
    )
    if not _has_changes(name, change_set):
        cloudformation.delete_change_set(StackName=name, ChangeSetName=change_set)
        yield Progress(name, name, "UNCHANGED")
        return
    cloudformation.execute_change_set(StackName=name, ChangeSetName=change_set)
    yield from _watch(name, seen, done=("CREATE_COMPLETE", "UPDATE_COMPLETE"))


def _has_changes(name: str, change_set: str) -> bool:
    """Wait until the change set is made. Raises DeployError when the template is refused."""
    while True:
        made = client("cloudformation").describe_change_set(StackName=name, ChangeSetName=change_set)
        if made["Status"] == "CREATE_COMPLETE":
            return True
        if made["Status"] == "FAILED":
            reason = made.get("StatusReason", "")
            if any(text in reason for text in UNCHANGED):
                return False
            raise DeployError(f"{name}: the template was refused: {reason}; check infra/ with `make lint`")
        time.sleep(_pause())


def _delete(name: str) -> Iterator[Progress]:
    stack = stacks.describe(name)
    if stack is None:
        return
    seen = {e["EventId"] for e in _events(name)}
    client("cloudformation").delete_stack(StackName=name)
    yield from _watch(stack["StackId"], seen, done=("DELETE_COMPLETE",))


def _watch(name: str, seen: set[str], *, done: tuple[str, ...]) -> Iterator[Progress]:
    """Yield events until the stack rests. Raises DeployError when it does not rest where it should."""
    first_failure: Progress | None = None
    while True:
        status = _status(name)
        for event in reversed(_events(name)):
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
        time.sleep(_pause())


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


def _events(name: str) -> list[dict[str, Any]]:
    """The newest events of a stack, newest first."""
    try:
        return list(client("cloudformation").describe_stack_events(StackName=name)["StackEvents"])
    except ClientError as error:
        if "does not exist" in error.response["Error"].get("Message", ""):
            return []
        raise


def _pause() -> float:
    """Seconds between two looks: an endpoint on this machine may be asked often."""
    return 0.1 if os.environ.get(ENDPOINT_VARIABLE) else 2.0
