from __future__ import annotations

from collections.abc import Iterator

import pytest

from emulator.functions.zygote import AWSLAMBDARIC, OWN
from tests.emulator.functions.deployed import Deployed


@pytest.fixture(scope="module", params=[AWSLAMBDARIC, OWN])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """An engine with AWS's runtime client, and one with ours."""
    if request.param == AWSLAMBDARIC:
        pytest.importorskip("awslambdaric")
    deployed = Deployed(tmp_path_factory.mktemp("state"), request.param)
    yield deployed
    deployed.close()


@pytest.fixture
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """An engine of one test."""
    made = Deployed(tmp_path_factory.mktemp("state"))
    yield made
    made.close()
