"""Applies a CDK cloud assembly through boto3: assets to S3, a change set per stack. No CDK CLI, no npm."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from botocore.exceptions import ClientError

from cumulet.adapters import assets, leftovers, stacks
from cumulet.adapters.session import client
from cumulet.adapters.stack_events import Progress, events, pause, watch
from cumulet.adapters.synthesis import synthesise
from cumulet.contracts.errors import DeployError

__all__ = ["Progress", "delete", "deploy", "synthesise"]

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
UNCHANGED = ("didn't contain changes", "No updates are to be performed")
BROKEN = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")
"""A stack in such a state can only be deleted."""

REFUSED_REMEDY = (
    "wait until nobody else changes it; after UPDATE_ROLLBACK_FAILED, continue-update-rollback or delete it"
)


def deploy(assembly: Path) -> Iterator[Progress]:
    """Create and update the stacks of an assembly, each after those it depends on.

    Raises DeployError naming the resource, the reason and the remedy.
    """
    for name in stacks.names(assembly):
        yield Progress(name, "assets", "UPLOADING")
        template_url = assets.publish(assembly, name)
        yield from _apply(name, template_url)


def delete(names: Sequence[str]) -> Iterator[Progress]:
    """Delete stacks in the order given, with what they would not take along: model packages, contents of buckets.

    Stacks that do not exist are skipped.
    """
    for name in names:
        if stacks.describe(name) is None:
            continue
        for made in leftovers.delete_packages(name):
            yield Progress(name, made, "DELETE_COMPLETE")
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
    seen = {e["EventId"] for e in events(name)} if stack else set()
    try:
        cloudformation.create_change_set(
            StackName=name,
            ChangeSetName=change_set,
            ChangeSetType="CREATE" if new else "UPDATE",
            TemplateURL=template_url,
            Capabilities=CAPABILITIES,
        )
    except ClientError as error:
        raise DeployError(f"stack {name}: {error.response['Error']['Message']}. Remedy: {REFUSED_REMEDY}") from error
    if not _has_changes(name, change_set):
        cloudformation.delete_change_set(StackName=name, ChangeSetName=change_set)
        yield Progress(name, name, "UNCHANGED")
        return
    cloudformation.execute_change_set(StackName=name, ChangeSetName=change_set)
    yield from watch(name, seen, done=("CREATE_COMPLETE", "UPDATE_COMPLETE"))


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
        time.sleep(pause())


def _delete(name: str) -> Iterator[Progress]:
    stack = stacks.describe(name)
    if stack is None:
        return
    seen = {e["EventId"] for e in events(name)}
    client("cloudformation").delete_stack(StackName=name)
    yield from watch(stack["StackId"], seen, done=("DELETE_COMPLETE",))
