"""A simulation: the same however often the emulator is killed on the way.

It begins where a first model is live and goes past the first alarm, so that a retraining and a release are part of it.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from cumulet.adapters import session
from cumulet.cli.simulate import collect
from cumulet.cli.target import Target, use_local_credentials
from cumulet.cli.workspace import Workspace, open_workspace
from cumulet.contracts.errors import CumuletError
from cumulet.reports.simulation import to_bytes
from tests.emulator.running import RunningEmulator
from tests.loop.conftest import FIRST_NIGHT, Loop

LAST_NIGHT = date(2013, 4, 28)
KILLS = 20
NOT_COMPARED = ("runs/",)
"""What the attempts of Training pass from job to job is named after the attempts."""


class Simulated:
    """A copy of the loop's state, on an emulator of its own."""

    def __init__(self, state: Path) -> None:
        self.emulator = RunningEmulator(state)
        use_local_credentials(self.emulator.endpoint)
        session.client.cache_clear()

    @property
    def workspace(self) -> Workspace:
        """Opened anew: what was known of a killed emulator is forgotten."""
        return open_workspace("flights", Target.local)

    def objects(self) -> dict[str, str]:
        lake = self.workspace.lake
        kept = [key for key in lake.list("") if not key.startswith(NOT_COMPARED)]
        return {key: hashlib.sha256(lake.get(key)).hexdigest() for key in kept}

    def models(self) -> list[tuple[str, str, dict[str, str]]]:
        return [(p.version, p.status, dict(p.metadata)) for p in self.workspace.registry.list()]

    def report(self) -> bytes:
        return to_bytes(collect(self.workspace, FIRST_NIGHT, LAST_NIGHT).to_json())


@pytest.fixture(scope="module")
def copies(loop: Loop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """Two copies of the deployed and trained state, taken while the emulator is stopped."""
    loop.emulator.stop()
    folders = [tmp_path_factory.mktemp("copies") / name for name in ("undisturbed", "killed")]
    for folder in folders:
        shutil.copytree(loop.emulator.state, folder, symlinks=True)
    loop.emulator.start()
    before = dict(os.environ)
    yield folders
    os.environ.clear()
    os.environ.update(before)
    session.client.cache_clear()


def simulate(workspace: Workspace) -> None:
    for _ in workspace.simulation.run(FIRST_NIGHT, LAST_NIGHT):
        pass
    assert len(workspace.simulation.done(FIRST_NIGHT, LAST_NIGHT)) == 28


def test_nights_alarm_training_and_release_happen_by_themselves_and_kills_change_nothing(copies: list[Path]):
    undisturbed = Simulated(copies[0])
    simulate(undisturbed.workspace)
    assert undisturbed.workspace.champion.model() == "2"
    expected = undisturbed.objects(), undisturbed.models(), undisturbed.report()
    undisturbed.emulator.stop()

    killed, chance, kills = Simulated(copies[1]), random.Random(20130401), 0
    while True:
        timer = threading.Timer(chance.uniform(0.2, 2.5), killed.emulator.kill) if kills < KILLS else None
        try:
            if timer:
                timer.start()
            simulate(killed.workspace)
        except (CumuletError, BotoCoreError, ClientError):
            assert timer, "a night failed though nothing was killed"
        else:
            if timer is None:
                break
        timer.join()
        kills += 1
        killed.emulator.restart()
    assert killed.workspace.champion.model() == "2"
    assert killed.models() == expected[1]
    assert killed.objects() == expected[0]
    assert killed.report() == expected[2]
    killed.emulator.stop()
