"""One deployed loop for the tests of this folder: three months loaded, a first night, a trained and released model.

The emulator enforces IAM (it always does): whatever passes here passed with the grants of the template.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from cumulet.adapters import deployment, emulator, session
from cumulet.cli.nights import load_days, run_night, run_training
from cumulet.cli.target import ROOT, Target, use_local_credentials
from cumulet.cli.workspace import Workspace, open_workspace

FIRST_NIGHT = date(2013, 4, 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/loop" in str(item.path):
            item.add_marker(pytest.mark.loop)
            item.add_marker(pytest.mark.xdist_group("loop"))


@pytest.fixture(scope="session")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    before = dict(os.environ)
    state = tmp_path_factory.mktemp("loop") / "emulator"
    use_local_credentials(emulator.start(state, port=0).endpoint)
    session.client.cache_clear()
    try:
        for _ in deployment.deploy(deployment.synthesise(ROOT, target=Target.local.value)):
            pass
        workspace = open_workspace("flights", Target.local)
        load_days(workspace, date(2013, 1, 1), FIRST_NIGHT - timedelta(days=1))
        run_night(workspace, FIRST_NIGHT)
        run_training(workspace, FIRST_NIGHT)
        yield workspace
    finally:
        emulator.stop(state)
        os.environ.clear()
        os.environ.update(before)
        session.client.cache_clear()
