"""One deployed loop for the tests of this folder: three months loaded, a first night, a trained and released model.

The emulator enforces IAM (it always does): whatever passes here passed with the grants of the template.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from cumulet.adapters import deployment, session
from cumulet.cli.target import ROOT, Target, use_local_credentials
from cumulet.cli.workspace import Workspace, open_workspace
from tests.emulator.running import RunningEmulator

FIRST_NIGHT = date(2013, 4, 1)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/loop" in str(item.path):
            item.add_marker(pytest.mark.loop)
            deployed = "loop" in getattr(item, "fixturenames", ())
            item.add_marker(pytest.mark.xdist_group("loop" if deployed else item.path.stem))


@dataclass
class Loop:
    """The deployed use case and the emulator that it runs on."""

    emulator: RunningEmulator
    workspace: Workspace

    def kill_and_restart(self) -> None:
        """SIGKILL the emulator, then start it again on the same port and state."""
        self.emulator.kill()
        self.emulator.restart()


@pytest.fixture(scope="session")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loop]:
    environment = dict(os.environ)
    emulator = RunningEmulator(tmp_path_factory.mktemp("loop") / "emulator")
    try:
        use_local_credentials(emulator.endpoint)
        session.client.cache_clear()
        for _ in deployment.deploy(deployment.synthesise(ROOT, target=Target.local.value, use_cases=["flights"])):
            pass
        workspace = open_workspace("flights", Target.local)
        workspace.nights.load(date(2013, 1, 1), FIRST_NIGHT - timedelta(days=1))
        workspace.nights.run(FIRST_NIGHT)
        workspace.trainings.run(FIRST_NIGHT)
        yield Loop(emulator, workspace)
    finally:
        emulator.stop()
        os.environ.clear()
        os.environ.update(environment)
        session.client.cache_clear()
