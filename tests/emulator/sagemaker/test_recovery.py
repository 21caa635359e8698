"""What is left after a kill, a stop and a restart."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.running import RunningEmulator, eventually
from tests.emulator.sagemaker.harness import Emulator, finished, processes_of, train, unique

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("sagemaker")]

CHILD = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
"""
SLEEP = f"{CHILD}time.sleep(60)"


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator of its own, to be killed."""
    emulator = Emulator(tmp_path / "state")
    yield emulator
    emulator.stop()


def start_sleeper(emulator: Emulator, marker: str) -> str:
    """A training job with a child of its own, running; its name."""
    name = train(emulator, "arn:aws:iam::000000000000:role/job", SLEEP, Environment={"MARK": marker})
    eventually(lambda: len(processes_of(marker)) == 2)
    return name


@pytest.mark.parametrize("end", [RunningEmulator.kill, RunningEmulator.stop])
def test_a_job_of_an_emulator_that_ended_is_failed_and_leaves_no_process(emulator: Emulator, end: Any) -> None:
    marker = unique("mark")
    name = start_sleeper(emulator, marker)
    end(emulator)
    if end is RunningEmulator.stop:
        assert not processes_of(marker)
    emulator.start()
    job = emulator.client("sagemaker").describe_training_job(TrainingJobName=name)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Failed", "Failed")
    assert "process is gone" in job["FailureReason"]
    assert eventually(lambda: not processes_of(marker), seconds=5)
    assert not list((emulator.state / "sagemaker").glob("jobs/*/*"))


def test_the_leading_process_dies_with_a_killed_emulator(emulator: Emulator) -> None:
    marker = unique("mark")
    start_sleeper(emulator, marker)
    leader = min(processes_of(marker))
    emulator.kill()
    eventually(lambda: leader not in processes_of(marker), seconds=2)
    emulator.start()  # ends the child
    assert not processes_of(marker)


def test_a_finished_job_leaves_no_child(emulator: Emulator) -> None:
    marker = unique("mark")
    name = train(emulator, "arn:aws:iam::000000000000:role/job", CHILD, Environment={"MARK": marker})
    started = time.monotonic()
    assert finished(emulator, "training", name)["TrainingJobStatus"] == "Completed"
    assert time.monotonic() - started < 20
    assert not processes_of(marker)
