"""`cumulet simulate --shift`: what does not fit is refused before anything starts; two worlds never share a lake."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

import usecases
from cumulet.adapters import shifted_days
from cumulet.adapters.nights import Night
from cumulet.adapters.shifted_days import ShiftedDays
from cumulet.cli import nights, shifts, simulate, workspace
from cumulet.cli.app import app
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import ContractError, CumuletError, NotFoundError
from tests.adapters.test_shifted_days import FakeLake

SPAN = ("--from", "2013-04-01", "--to", "2013-06-30")


def call(*arguments: str, **environment: str) -> Any:
    return CliRunner(env=environment).invoke(app, ["simulate", "flights", *arguments])


@pytest.fixture
def untouched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was started or reached, though nothing should have been."""
    reached: list[str] = []
    monkeypatch.setattr(simulate.emulator, "running", lambda folder: reached.append("running"))
    monkeypatch.setattr(simulate.emulator, "start", lambda folder: reached.append("start"))
    return reached


def test_a_shift_that_is_not_there_is_refused_with_those_that_are(untouched: list[str]) -> None:
    for result in (call(*SPAN, "--shift", "stormy"), call(*SPAN, CUMULET_SHIFT="stormy")):
        assert isinstance(result.exception, NotFoundError)
        assert "flights has bad_week, kilometres, long_haul, more_late, storm_season" in str(result.exception)
    assert untouched == []


def test_a_shift_file_that_does_not_fit_is_refused_by_its_knob(untouched: list[str], tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('[[knob]]\nkind = "tilt"\ncolumn = "speed"\nstrength = 1\nwhen = { start = 2013-05-01 }\n')
    result = call(*SPAN, "--shift", str(wrong))
    assert isinstance(result.exception, ContractError)
    assert "knob 1 (tilt)" in str(result.exception)
    assert untouched == []


def test_a_shift_that_begins_after_the_last_night_would_do_nothing(untouched: list[str]) -> None:
    result = call("--from", "2013-04-01", "--to", "2013-04-30", "--shift", "storm_season")
    assert result.exit_code == 2
    assert "begins on 2013-05-01" in result.stderr
    assert untouched == []


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> FakeLake:
    """A deployed use case with a champion, as much of it as comes before the first night."""
    lake = FakeLake("2013-04-01", "2013-05-10")
    monkeypatch.setattr(simulate.emulator, "running", lambda folder: True)
    monkeypatch.setattr(simulate, "connect", lambda target: "")
    monkeypatch.setattr(workspace, "connect", lambda target: "")
    monkeypatch.setattr(simulate.stacks, "describe", lambda name: {})
    outputs = SimpleNamespace(lake_bucket="lake", predict_function="predict")
    monkeypatch.setattr(workspace.stacks, "use_case", lambda name: outputs)
    monkeypatch.setattr(workspace, "Lake", lambda bucket: lake)
    monkeypatch.setattr(workspace, "Champion", lambda function: SimpleNamespace(package=lambda: "arn"))
    monkeypatch.setattr(simulate, "_run", lambda workspace, first, last: None)
    return lake


def kept(lake: FakeLake) -> ShiftedDays | None:
    return shifted_days.kept(lake, "flights")  # type: ignore[arg-type]


def test_days_that_came_as_they_are_are_not_simulated_as_shifted(deployed: FakeLake) -> None:
    result = call(*SPAN, "--shift", "storm_season")
    assert isinstance(result.exception, CumuletError)
    assert "from 2013-05-10 on, that came as they are" in str(result.exception)
    assert "CUMULET_STATE=" in str(result.exception)
    assert kept(deployed) is None
    assert call(*SPAN).exit_code == simulate.INTERRUPTED


def test_a_shifted_simulation_goes_on_with_its_shift_and_with_no_other(deployed: FakeLake) -> None:
    del deployed.objects[f"{keys.raw_day('flights', date(2013, 5, 10))}records.csv"]
    assert call(*SPAN, "--shift", "storm_season").exit_code == simulate.INTERRUPTED
    found = kept(deployed)
    assert found
    assert (found.name, found.start) == ("storm_season", "2013-05-01")
    deployed.put(keys.raw("flights", date(2013, 5, 10), "records"), b"")
    assert call(*SPAN, CUMULET_SHIFT="storm_season").exit_code == simulate.INTERRUPTED
    for other in ((), ("--shift", "long_haul")):
        result = call(*SPAN, *other)
        assert "that came with the shift storm_season" in str(result.exception)
        assert "give --shift storm_season" in str(result.exception)
    assert kept(deployed) == found


def test_the_simulated_days_are_the_shifted_ones(deployed: FakeLake, monkeypatch: pytest.MonkeyPatch) -> None:
    del deployed.objects[f"{keys.raw_day('flights', date(2013, 5, 10))}records.csv"]
    seen: list[dict[str, bytes]] = []
    day = date(2013, 5, 2)
    monkeypatch.setattr(simulate, "_run", lambda workspace, *span: seen.append(workspace.source.day(day)))
    call(*SPAN, "--shift", "kilometres")
    own = usecases.source("flights").day(day)
    assert seen[0]["records"] != own["records"]
    assert seen[0]["outcomes"] == own["outcomes"]


@pytest.mark.parametrize("command", ["load", "night"])
def test_load_and_night_leave_word_of_the_shift_that_their_days_came_with(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = FakeLake()

    def opened(name: str, target: object, shift: str) -> SimpleNamespace:
        asked = shifts.asked(usecases.load(name), shift)
        ran = SimpleNamespace(
            load=lambda first, last, note: [], run=lambda day, note: Night(day, {"Records": 1.0}, 0.0)
        )
        return SimpleNamespace(name=name, lake=lake, shifted_days=asked, nights=ran)

    monkeypatch.setattr(nights, "open_workspace", opened)
    span = ("--from", "2013-05-01", "--to", "2013-05-02")
    assert CliRunner().invoke(app, [command, "flights", *span]).exit_code == 0
    assert kept(lake) is None
    assert CliRunner().invoke(app, [command, "flights", *span, "--shift", "long_haul"]).exit_code == 0
    found = kept(lake)
    assert found
    assert found.name == "long_haul"
