"""What the demo of each use case shows; that it runs is shown by tests/loop."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

import usecases
from cumulet.cli.app import app
from cumulet.cli.demo import planned


@pytest.mark.parametrize("name", usecases.names())
def test_every_use_case_has_a_demo_and_fewer_nights_promise_no_alarm(name: str) -> None:
    whole, short = planned(name, None), planned(name, 3)
    assert whole.first_day < whole.first_night
    assert whole.nights > short.nights == 3
    assert not short.retrains


@pytest.mark.parametrize("nights", ["0", "-1", "many"])
def test_no_nights_are_no_demo(nights: str) -> None:
    assert CliRunner().invoke(app, ["demo", "bikes", "--nights", nights]).exit_code == 2
