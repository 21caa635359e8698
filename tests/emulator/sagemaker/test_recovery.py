"""What is left after a kill, a stop and a restart, of jobs that were started anew and of forked ones."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.running import RunningEmulator, eventually, is_running
from tests.emulator.sagemaker.harness import Emulator, finished, train

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("sagemaker")]

ROLE, GROUP = "arn:aws:iam::000000000000:role/job", "/aws/sagemaker/TrainingJobs"
ANEW, FORKED = {"PYTHONHASHSEED": "0"}, {"PLAIN": "yes"}  # variables that need an interpreter of their own, or do not
CHILD = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(os.getppid(), os.getpid(), child.pid)
"""
SLEEP = f"{CHILD}time.sleep(60)"


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator of its own, to be killed; its warm parent is ready."""
    emulator = Emulator(tmp_path / "state")
    preload = {"*": {"python": sys.executable, "preload": ["json"]}}
    (emulator.state / "sagemaker" / "images.json").write_text(json.dumps(preload))
    eventually(lambda: start(emulator, "import os; print(os.getppid())", FORKED)[1] != [emulator.pid])
    yield emulator
    emulator.stop()


def start(emulator: Emulator, script: str, environment: dict[str, str]) -> tuple[str, list[int]]:
    """Start a training job; its name, and the pids that it prints (its parent's, its own and its child's)."""
    name = train(emulator, ROLE, script, Environment=environment)

    def pids() -> list[int]:
        try:
            return [int(pid) for line in emulator.logs(GROUP, name) for pid in line.split()]
        except emulator.client("logs").exceptions.ResourceNotFoundException:
            return []

    return name, eventually(pids)


@pytest.mark.parametrize("environment", [ANEW, FORKED], ids=["anew", "forked"])
@pytest.mark.parametrize("end", [RunningEmulator.kill, RunningEmulator.stop])
def test_a_job_of_an_emulator_that_ended_is_failed_and_leaves_no_process(
    emulator: Emulator, end: Any, environment: dict[str, str]
) -> None:
    name, pids = start(emulator, SLEEP, environment)
    assert (pids[0] == emulator.pid) == (environment is ANEW)
    end(emulator)
    if end is RunningEmulator.stop:
        assert not any(map(is_running, pids))
    emulator.start()
    job = emulator.client("sagemaker").describe_training_job(TrainingJobName=name)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Failed", "Failed")
    assert "process is gone" in job["FailureReason"]
    assert eventually(lambda: not any(map(is_running, pids)), seconds=5)
    assert not list((emulator.state / "sagemaker").glob("jobs/*/*"))


@pytest.mark.parametrize("environment", [ANEW, FORKED], ids=["anew", "forked"])
def test_the_leading_process_and_the_warm_parent_die_with_a_killed_emulator(
    emulator: Emulator, environment: dict[str, str]
) -> None:
    _, (parent, leader, child) = start(emulator, SLEEP, environment)
    emulator.kill()
    eventually(lambda: not is_running(leader) and not is_running(parent), seconds=2)
    emulator.start()  # ends the child
    assert not is_running(child)


@pytest.mark.parametrize("environment", [ANEW, FORKED], ids=["anew", "forked"])
def test_a_finished_job_leaves_no_child(emulator: Emulator, environment: dict[str, str]) -> None:
    started = time.monotonic()
    name, (_, leader, child) = start(emulator, CHILD, environment)
    assert finished(emulator, "training", name)["TrainingJobStatus"] == "Completed"
    assert time.monotonic() - started < 20
    assert not is_running(leader)
    assert not is_running(child)


def test_a_job_whose_warm_parent_is_killed_fails_and_the_next_one_runs(emulator: Emulator) -> None:
    name, (parent, leader, child) = start(emulator, SLEEP, FORKED)
    os.kill(parent, signal.SIGKILL)
    assert finished(emulator, "training", name)["FailureReason"].endswith("exit code: 137")
    eventually(lambda: not is_running(leader) and not is_running(child))
    assert start(emulator, CHILD, FORKED)
