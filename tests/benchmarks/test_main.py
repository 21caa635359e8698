from __future__ import annotations

import pytest

from benchmarks.models import __main__ as command

REPORT = {
    "seconds": 1.0,
    "processor_seconds": 1.0,
    "goals": [
        {"goal": "wape at most 0.2", "found": 0.3, "met": False, "interval": None},
        {"goal": "skill at least 0.1", "found": 0.3, "met": True, "interval": None},
    ],
}


def test_missed_goals_are_named_with_their_use_case():
    assert command.conclude(["bikes"], {"bikes": REPORT}, summary=True) == ["bikes: wape at most 0.2"]


def test_a_use_case_that_could_not_be_measured_is_a_miss():
    assert command.conclude(["bikes", "income"], {"bikes": {**REPORT, "goals": []}}, summary=False) == [
        "income: was not measured"
    ]


def test_what_was_kept_before_a_use_case_is_measured_again_does_not_stand_for_it(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "RESULTS", tmp_path / "results" / "models.json")
    monkeypatch.setattr("sys.argv", ["models", "bikes"])
    command.keep({"bikes": REPORT, "income": REPORT})

    def fails(plan, say):
        raise RuntimeError("no data")

    monkeypatch.setattr(command, "measure", fails)
    with pytest.raises(RuntimeError):
        command.main()
    assert list(command.kept()) == ["income"]


def test_a_name_without_a_plan_is_refused(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["models", "trains"])
    with pytest.raises(SystemExit):
        command.main()
    assert "no plan for trains; there are " in capsys.readouterr().err
