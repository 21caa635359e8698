"""What the commands print."""

from __future__ import annotations

import json

import pytest

from cumulet.cli import terminal


def test_square_brackets_in_a_cell_are_printed_as_they_are(capsys, monkeypatch):
    monkeypatch.setattr(terminal, "data", terminal.Console(width=80))
    terminal.print_table("Alarms", [{"reason": "missing data were treated as [NonBreaching]."}])
    assert "treated as [NonBreaching]." in capsys.readouterr().out


def test_a_column_of_numbers_with_gaps_is_printed_with_four_decimals_and_blanks(capsys, monkeypatch):
    monkeypatch.setattr(terminal, "data", terminal.Console(width=80))
    terminal.print_table("Nights", [{"gap": None}, {"gap": 0.08247}])
    assert "0.0825" in capsys.readouterr().out


def test_a_column_that_the_first_row_lacks_is_printed(capsys, monkeypatch):
    monkeypatch.setattr(terminal, "data", terminal.Console(width=80))
    terminal.print_table("Deployed", [{"stack": "a", "unchanged": 1}, {"stack": "b", "update_complete": 3}])
    assert "update_complete" in capsys.readouterr().out


def test_json_is_the_only_thing_on_stdout(capsys):
    terminal.say("talk")
    terminal.print_json({"zürich": 1.5})
    assert json.loads(capsys.readouterr().out) == {"zürich": 1.5}


def test_a_step_that_fails_keeps_its_seconds():
    with pytest.raises(ValueError, match="no"), terminal.step("Training") as current:
        raise ValueError("no")
    taken = current.seconds
    assert taken == current.seconds
    assert taken >= 0
