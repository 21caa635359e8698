"""`cumulet clock`: what it takes, what it refuses, and what it does to a running emulator."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import typer

from cumulet.adapters.emulator import Clock
from cumulet.cli.clock import _duration, _moment
from cumulet.contracts.errors import ContractError
from tests.emulator.running import ROOT, RunningEmulator


@pytest.mark.parametrize(
    ("text", "seconds"), [("1d", 86_400), ("36h", 129_600), ("1w2d", 777_600), ("90m", 5_400), ("30s", 30)]
)
def test_a_duration_is_written_as_people_do(text: str, seconds: int) -> None:
    assert _duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "1", "d", "1 d", "-1d", "1y", "1.5d"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="for example 1d"):
        _duration(text)


def test_a_moment_needs_a_time_zone() -> None:
    assert _moment("2013-04-01T03:00-04:00") == datetime(2013, 4, 1, 7, tzinfo=UTC)
    with pytest.raises(typer.BadParameter, match="for example 2013-04-01T00:00Z"):
        _moment("2013-04-01")
    with pytest.raises(typer.BadParameter, match="is no moment"):
        _moment("tomorrow")


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    running = RunningEmulator(tmp_path_factory.mktemp("emulator") / "state")
    yield running
    running.stop()


def run(emulator: RunningEmulator, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cumulet", "clock", *arguments],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "AWS_ENDPOINT_URL": emulator.endpoint},
        check=False,
        cwd=ROOT,
    )


@pytest.mark.emulator
def test_the_clock_is_frozen_advanced_set_and_let_go(emulator: RunningEmulator) -> None:
    frozen = run(emulator, "freeze", "--at", "2013-04-01T07:00Z")
    assert (frozen.returncode, frozen.stdout) == (0, "2013-04-01 07:00:00 UTC (frozen)\n")
    advanced = json.loads(run(emulator, "advance", "--by", "1d", "--json").stdout)
    assert advanced == {"now": "2013-04-02 07:00:00+00:00", "mode": "frozen", "advancing_to": None, "moments": 0}
    assert run(emulator, "set", "2013-04-01T07:00Z").stdout.endswith(" UTC (set)\n")
    assert json.loads(run(emulator, "follow", "--json").stdout)["mode"] == "real"
    assert run(emulator).stdout.startswith(f"{datetime.now(UTC):%Y-%m-%d}")


@pytest.mark.emulator
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("advance", "--to", "2013-03-01T07:00Z"), "only `set` goes back"),
        (("advance",), "--by 1d"),
        (("advance", "--by", "1d", "--to", "2013-05-01T07:00Z"), "--by 1d"),
        (("set", "2013-04-01"), "no time zone"),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy(
    emulator: RunningEmulator, arguments: tuple[str, ...], said: str
) -> None:
    refused = run(emulator, *arguments)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.emulator
def test_the_client_sets_freezes_advances_and_follows(emulator: RunningEmulator) -> None:
    clock, start = Clock(emulator.endpoint), datetime(2013, 4, 1, 7, tzinfo=UTC)
    assert clock.freeze(start)
    assert clock.advance(timedelta(days=1)) == 0
    assert clock.now() == start + timedelta(days=1)
    with pytest.raises(ContractError, match="only `set` goes back"):
        clock.advance(start)
    assert clock.cancel() is False
    clock.follow()
    shown = clock.shown()
    assert shown
    assert (shown.mode, shown.advancing_to) == ("real", None)


def test_where_there_is_no_emulator_the_clock_does_not_advance() -> None:
    assert Clock("").freeze() is False
    with pytest.raises(ContractError, match="cumulet up"):
        Clock("").advance(timedelta(days=1))
