"""Where the commands go: the emulator on this machine, a LocalStack, or AWS.

The one switch is AWS_ENDPOINT_URL. Where it is not set and the target is `local`, it is the emulator that `cumulet up`
started; `--target aws` leaves it unset and uses the credentials of the environment.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

from cumulet.adapters import emulator
from cumulet.contracts.errors import ContractError, UnavailableError

ROOT = Path(__file__).resolve().parents[2]
STATE = Path(os.environ.get("CUMULET_STATE", ROOT / ".cumulet"))
LOCAL_REGION = "us-east-1"


class Target(StrEnum):
    """The three places a stack can be deployed to."""

    local = "local"
    localstack = "localstack"
    aws = "aws"


def shown(path: Path) -> str:
    """A path as people are told it: within the project from its root."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def use_local_credentials(endpoint: str) -> None:
    """Point boto3 at an endpoint on this machine, as its root user."""
    os.environ["AWS_ENDPOINT_URL"] = endpoint
    os.environ["AWS_ACCESS_KEY_ID"] = os.environ["AWS_SECRET_ACCESS_KEY"] = "test"  # noqa: S105
    os.environ.pop("AWS_SESSION_TOKEN", None)
    os.environ.pop("AWS_PROFILE", None)
    os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"] = LOCAL_REGION


def connect(target: Target) -> str:
    """Make the target's endpoint the one boto3 uses; the endpoint, empty for AWS.

    Raises UnavailableError when the local emulator is not running.
    """
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    if target is Target.aws:
        if endpoint:
            raise ContractError(f"target aws, but AWS_ENDPOINT_URL={endpoint}: unset it to reach AWS itself")
        return ""
    if target is Target.localstack:
        endpoint = endpoint or "http://localhost:4566"
    elif not endpoint:
        running = emulator.running(STATE / "emulator")
        if running is None:
            raise UnavailableError("the emulator is not running: start it with `cumulet up` (or `make demo`)")
        endpoint = running.endpoint
    use_local_credentials(endpoint)
    return endpoint
