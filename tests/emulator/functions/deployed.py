"""An engine without a cloud around it, for the tests: functions are given as sources, and what it delivers is kept."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emulator.errors import AccessDenied, ServiceError
from emulator.functions.answer import Answer
from emulator.functions.engine import Engine
from emulator.functions.packages import link
from emulator.functions.target import Asynchronous, Package, Reference, Target, Version

ACCOUNT, REGION = "000000000000", "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"


def archive(files: Mapping[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        for name, text in files.items():
            zipped.writestr(name, text)
    return content.getvalue()


def package(files: Mapping[str, str | bytes]) -> Package:
    content = archive(files)
    return Package(hashlib.sha256(content).hexdigest(), lambda: content)


class FakeWork:
    def __init__(self, clock: FakeClock, name: str) -> None:
        self.clock, self.name, self.ended = clock, name, False

    def end(self) -> None:
        self.ended = True

    def wait_until(self, moment: datetime, stopped: Callable[[], bool]) -> bool:
        self.clock.waits.append(moment)
        while self.clock.now() < moment:
            if stopped():
                return False
            time.sleep(0.005)
        return True

    def suspended(self) -> AbstractContextManager[None]:
        return nullcontext()


class FakeClock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
        self.works: list[FakeWork] = []
        self.waits: list[datetime] = []

    def now(self) -> datetime:
        return self.time

    def begin(self, name: str) -> FakeWork:
        self.works.append(FakeWork(self, name))
        return self.works[-1]

    def on_change(self, listener: Any) -> None: ...
    def add(self, agenda: Any) -> None: ...


class FakeCloud:
    """Keeps what it is given."""

    region, account, endpoint_url = REGION, ACCOUNT, "http://127.0.0.1:9"

    def __init__(self, state: Path) -> None:
        self.state = state
        self.clock = FakeClock()
        self.logs: dict[tuple[str, str], list[str]] = {}
        self.metrics: list[Mapping[str, Any]] = []
        self._lock = threading.Lock()

    def put_logs(self, group: str, stream: str, messages: list[str]) -> None:
        with self._lock:
            self.logs.setdefault((group, stream), []).extend(messages)

    def put_metrics(self, namespace: str, data: Sequence[Mapping[str, Any]]) -> None:
        assert namespace == "AWS/Lambda"
        self.metrics.extend(data)

    def role_credentials(self, role_arn: str, session_name: str) -> dict[str, str]:
        if role_arn != ROLE:
            raise AccessDenied(f"the role {role_arn} does not exist")
        return {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}


class Deployed:
    """An engine and its directory of functions."""

    def __init__(self, state: Path, client: str | None = None) -> None:
        self.cloud: Any = FakeCloud(state)
        self.functions: dict[tuple[str, str | None], Target] = {}
        installed = link(state / "runtime")
        self.engine = Engine(
            self.cloud,
            self,
            folder=state / "functions",
            runtime=state / "runtime",
            client=client or installed,
        )
        self.engine.start()

    def deploy(
        self,
        source: str = "",
        *,
        name: str = "f",
        version: str = "$LATEST",
        qualifier: str | None = None,
        files: Mapping[str, str | bytes] | None = None,
        reserved: int | None = None,
        alias: str | None = None,
        asynchronous: Asynchronous | None = None,
        **settings: Any,
    ) -> Reference:
        given = {
            "runtime": "python3.11",
            "handler": "main.handler",
            "role": ROLE,
            "memory_mb": 256,
            "timeout_s": 10,
            "ephemeral_mb": 512,
            "layers": (),
            "variables": (),
            "log_group": f"/aws/lambda/{name}",
        } | settings
        code = package(files or {"main.py": source})
        made = Version(account=ACCOUNT, region=REGION, name=name, version=version, package=code, **given)
        reference = Reference(ACCOUNT, REGION, name, qualifier)
        self.functions[name, qualifier] = Target(
            reference=reference,
            version=made,
            reserved=reserved,
            alias=alias,
            asynchronous=asynchronous or Asynchronous(),
        )
        return reference

    def find(self, reference: Reference) -> Target:
        found = self.functions.get((reference.name, reference.qualifier))
        if found is None:
            raise ServiceError("ResourceNotFoundException", f"Function not found: {reference.arn}", 404)
        return replace(found, reference=reference)

    def call(self, event: Any = None, name: str = "f", qualifier: str | None = None) -> Answer:
        payload = json.dumps({} if event is None else event).encode()
        return self.engine.call(Reference(ACCOUNT, REGION, name, qualifier), payload)

    def answer(self, event: Any = None, name: str = "f", qualifier: str | None = None) -> Any:
        found = self.call(event, name, qualifier)
        assert not found.failed, found.payload
        return found.body()

    def failure(self, event: Any = None, name: str = "f") -> dict[str, Any]:
        found = self.call(event, name)
        assert found.failed, found.payload
        return dict(found.body())

    def delivered(self) -> None:
        """Wait until every call's logs and metrics have arrived."""
        deadline = time.monotonic() + 10
        while not all(work.ended for work in self.cloud.clock.works):
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def close(self) -> None:
        self.engine.stop()
