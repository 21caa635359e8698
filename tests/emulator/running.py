"""An emulator in a process of its own, for the tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.config import Config

ROOT = Path(__file__).parents[2]
START_S = 60


class RunningEmulator:
    """Starts on a free port with a state folder; `restart` comes back on the same port and state."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.port = 0
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "emulator", "--port", str(self.port), "--state", str(self.state)]
        log = self.state.with_suffix(".log").open("a")
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.process.stdout is not None
        self.ready_line = self.process.stdout.readline().strip()
        assert self.ready_line.startswith("emulator ready: "), self.state.with_suffix(".log").read_text()
        self.endpoint = self.ready_line.split()[2]
        self.port = int(self.endpoint.rpartition(":")[2])

    @property
    def pid(self) -> int:
        return self.process.pid

    def client(self, service: str, *, credentials: dict[str, str] | None = None, **config: Any) -> Any:
        """A boto3 client, root unless credentials (of `AWS_…` names) are given."""
        given = credentials or {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=given.get("AWS_SESSION_TOKEN"),
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}, **config),
        )

    def get(self, path: str) -> dict[str, Any]:
        answer = httpx.get(self.endpoint + path, timeout=10)
        return {"status_code": answer.status_code, **answer.json()}

    def set_clock(self, **body: str) -> dict[str, Any]:
        answer = httpx.put(self.endpoint + "/_emulator/clock", json=body, timeout=30)
        return {"status_code": answer.status_code, **answer.json()}

    def children(self) -> list[int]:
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.pid)], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in found.stdout.split()]

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> float:
        """SIGTERM; the seconds that it took."""
        started = time.monotonic()
        if self.process.poll() is None:
            os.kill(self.pid, signal.SIGTERM)
        self.process.wait(timeout=20)
        return time.monotonic() - started

    def restart(self) -> None:
        self.stop()
        self.start()


def is_running(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually(check: Any, *, seconds: float = 15.0) -> Any:
    """The first true value of `check()`; AssertionError when none comes in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := check():
            return found
        time.sleep(0.005)
    raise AssertionError(f"not within {seconds} s")
