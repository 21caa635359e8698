from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from cumulet.cli import inspect
from cumulet.cli.app import app

ANSWER = {
    "prediction": "7",
    "probabilities": {"1": 0.02, "7": 0.95, "9": 0.025, "0": 0.005},
    "decision": True,
    "model": "1",
}


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch):
    """Ask a deployed API, which answers ANSWER, with some arguments."""
    api = SimpleNamespace(predict=lambda records: ANSWER, curl=lambda records: "curl …")
    workspace = SimpleNamespace(use_case=SimpleNamespace(example={}), api=api)
    monkeypatch.setattr(inspect, "open_workspace", lambda *_: workspace)
    return lambda *arguments: CliRunner().invoke(app, ["predict", "digits", *arguments], env={"COLUMNS": "200"})


def test_of_several_classes_the_table_shows_the_likeliest(ask):
    shown = ask().output
    assert "7 0.950, 9 0.025, 1 0.020" in shown
    assert "0.005" not in shown
    assert "curl …" in shown


def test_json_has_every_class(ask):
    assert json.loads(ask("--json").stdout) == ANSWER


def test_a_record_that_is_no_json_is_refused_with_where_to_look(ask):
    result = ask("--record", "{")
    assert result.exit_code != 0
    assert "not JSON" in f"{result.output}{result.exception}"
