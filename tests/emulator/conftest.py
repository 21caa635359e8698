from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.emulator.running import RunningEmulator


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    """A running emulator: .endpoint, .client(name), .set_clock(now=…), .kill(), .restart(), .stop()."""
    running = RunningEmulator(tmp_path_factory.mktemp("emulator") / "state")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def make_role(emulator: RunningEmulator) -> Callable[..., str]:
    """Make a role for a service with inline statements; returns its ARN."""

    def make(name: str, service: str, *statements: dict[str, Any]) -> str:
        iam = emulator.client("iam")
        principal = {"Service": f"{service}.amazonaws.com", "AWS": "arn:aws:iam::000000000000:root"}
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        if statements:
            policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=policy)
        return str(arn)

    return make
