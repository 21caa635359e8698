from __future__ import annotations

import os

import pytest


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there is one worker")
def test_tests_that_share_a_deployment_are_sent_to_the_same_worker(request: pytest.FixtureRequest) -> None:
    assert request.node.nodeid.endswith("@test_groups"), (
        "pytest-xdist did not see the group: which pytest is installed?"
    )
