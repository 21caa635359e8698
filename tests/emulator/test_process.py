from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.running import ROOT, RunningEmulator, eventually, is_running

pytestmark = pytest.mark.emulator


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningEmulator]:
    emulator = RunningEmulator(tmp_path / "state")
    yield emulator
    emulator.stop()


def start(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "emulator", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)


def test_it_says_when_it_is_ready_and_answers_then(running: RunningEmulator) -> None:
    assert running.ready_line == f"emulator ready: {running.endpoint} pid {running.pid}"
    health = running.get("/_emulator/health")
    assert (health["status"], health["pid"]) == ("ready", running.pid)
    assert {"monitoring", "sagemaker"} <= set(health["services"])
    assert running.client("s3").list_buckets()["Buckets"] == []


def test_it_stops_within_seconds_on_sigterm_and_leaves_nothing(running: RunningEmulator) -> None:
    children = running.children()
    assert running.stop() < 5
    assert running.process.returncode == 0
    assert [pid for pid in children if is_running(pid)] == []


def test_a_state_folder_in_use_is_refused_and_says_by_whom(running: RunningEmulator) -> None:
    refused = start("--port", "0", "--state", str(running.state))
    assert refused.returncode == 9
    assert "in use by a running emulator" in refused.stderr
    assert str(running.pid) in refused.stderr


def test_a_busy_port_is_refused_and_says_what_to_do(running: RunningEmulator, tmp_path: Path) -> None:
    refused = start("--port", str(running.port), "--state", str(tmp_path / "other"))
    assert refused.returncode == 9
    assert f"port {running.port} is in use" in refused.stderr
    assert "--port" in refused.stderr


def test_it_listens_on_this_machine_only(running: RunningEmulator) -> None:
    listening = Path("/proc/net/tcp").read_text().splitlines()[1:]
    addresses = {line.split()[1] for line in listening if line.split()[3] == "0A"}
    assert f"0100007F:{running.port:04X}" in addresses
    assert f"00000000:{running.port:04X}" not in addresses


def test_help_has_an_example() -> None:
    shown = start("--help")
    assert "python -m emulator --port 4566 --state .emulator" in shown.stdout


def test_after_a_sigkill_the_same_folder_starts_again(running: RunningEmulator) -> None:
    running.client("s3").create_bucket(Bucket="kept")
    time.sleep(1.2)
    running.kill()
    running.start()
    found = eventually(lambda: running.client("s3").list_buckets()["Buckets"])
    assert [bucket["Name"] for bucket in found] == ["kept"]
