"""After a kill: what should have happened by now and has not is started, and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from cumulet.adapters import alarms
from cumulet.adapters.executions import Execution
from cumulet.adapters.recovery import Recovery

RED = {"alarm": "stack-Calibration-1", "metric": "CalibrationGap", "state": "ALARM", "reason": "", "since": None}
SINCE = datetime(2013, 4, 26, 7, 1, tzinfo=UTC)


class Machine:
    """A state machine with a past; what is started succeeds at once."""

    def __init__(self, *past: tuple[str, dict[str, Any]]) -> None:
        self.past = past
        self.started: list[dict[str, Any]] = []

    def recent(self, limit: int = 10) -> list[dict[str, Any]]:
        return [{"executionArn": str(n), "status": status} for n, (status, _) in enumerate(self.past)]

    def describe(self, arn: str) -> Execution:
        status, event = self.past[int(arn)]
        return Execution(arn, status, event, {"date": event.get("date", "")})

    def start(self, event: dict[str, Any], name: str = "") -> str:
        self.started.append(event)
        return name

    def wait(self, arn: str) -> Execution:
        return Execution(arn, "SUCCEEDED", {}, {})

    def failure(self, arn: str) -> str:
        return "Ingest: SchemaError: no records"


def package(version: str, approved: bool = True) -> SimpleNamespace:
    return SimpleNamespace(arn=f"arn:package/flights/{version}", version=version, approved=approved)


@pytest.fixture
def recovery(monkeypatch):
    def make(*, red: bool = False, training: Machine | None = None, packages: tuple = (), live: str = "1") -> Recovery:
        monkeypatch.setattr(alarms, "states", lambda names: [{**RED, "since": SINCE}] if red else [])
        return Recovery(
            nightly=Machine(),
            training=training or Machine(),
            release=Machine(),
            registry=SimpleNamespace(list=lambda: packages),
            champion=SimpleNamespace(model=lambda: live),
            alarms=["stack-Calibration-1"],
        )

    return make


def test_a_night_is_run_by_its_date(recovery):
    found = recovery()
    found.night(date(2013, 4, 3))
    assert found.nightly.started == [{"date": "2013-04-03"}]


def test_a_red_alarm_that_no_training_answered_starts_one_as_the_rule_would_have(recovery):
    found = recovery(red=True)
    found.reactions()
    assert found.training.started == [
        {"time": "2013-04-26T07:01:00Z", "reason": "stack-Calibration-1", "force": False, "run": ""},
    ]


@pytest.mark.parametrize(("status", "again"), [("SUCCEEDED", 0), ("FAILED", 1)])
def test_a_red_alarm_is_answered_once_it_has_a_training_that_succeeded(recovery, status, again):
    answer = (status, {"time": "2013-04-26T07:01:00Z", "reason": "stack-Calibration-1"})
    found = recovery(red=True, training=Machine(answer))
    found.reactions()
    assert len(found.training.started) == again


def test_an_earlier_training_for_the_same_alarm_is_no_answer(recovery):
    earlier = ("SUCCEEDED", {"time": "2013-04-05T07:01:00Z", "reason": "stack-Calibration-1"})
    found = recovery(red=True, training=Machine(earlier))
    found.reactions()
    assert len(found.training.started) == 1


def test_the_newest_approved_package_is_released_when_an_older_one_is_live(recovery):
    found = recovery(packages=(package("3", approved=False), package("2")), live="1")
    found.reactions()
    assert found.release.started == [{"model_package": "arn:package/flights/2"}]


@pytest.mark.parametrize("live", ["2", "3"])
def test_what_is_live_or_older_than_it_is_not_released(recovery, live):
    found = recovery(packages=(package("2"),), live=live)
    found.reactions()
    assert found.release.started == []


def test_a_night_has_ended_when_one_of_its_executions_succeeded(recovery):
    found = recovery()
    found.nightly.past = (("FAILED", {"date": "2013-04-03"}), ("SUCCEEDED", {"date": "2013-04-02"}))
    assert (found.ended(date(2013, 4, 2)), found.ended(date(2013, 4, 3))) == (True, False)


def test_a_failed_night_says_why(recovery):
    found = recovery()
    found.nightly.past = (("FAILED", {"date": "2013-04-03"}),)
    assert found.failure() == "Ingest: SchemaError: no records"
    found.nightly.past = (("SUCCEEDED", {}),)
    assert found.failure() == ""
