"""`cumulet data erase` as its operator meets it: a dry run, a question, a table of the proof, models to think about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

import usecases
from cumulet.adapters.lake import Lake
from cumulet.cli import erase
from cumulet.cli.app import app
from cumulet.contracts.errors import JobError
from cumulet.contracts.retention import RETENTION
from tests.adapters.test_erasing import SUBJECT, everything, filled, take


class Workspace(SimpleNamespace):
    """A deployed use case, as much of it as the command asks for."""


@pytest.fixture
def deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    with filled(tmp_path) as lake:
        dataset = take(lake).dataset_id
        quiet = SimpleNamespace(name="Nightly", running=lambda: [])
        trained = SimpleNamespace(version="3", metadata={"dataset_id": dataset})
        workspace = Workspace(
            name="flights",
            use_case=usecases.load("flights"),
            lake=lake,
            dataset=dataset,
            nights=SimpleNamespace(nightly=quiet),
            training=SimpleNamespace(name="Training", running=lambda: []),
            registry=SimpleNamespace(list=lambda: [trained, SimpleNamespace(version="2", metadata={})]),
        )
        monkeypatch.setattr(erase, "open_workspace", lambda name, target: workspace)
        monkeypatch.setattr(erase, "secret_of", lambda stack: "")
        monkeypatch.setattr(erase, "_in_logs", lambda workspace, plan: 0)
        yield workspace


def call(*arguments: str, answer: str = "") -> Any:
    return CliRunner().invoke(app, ["data", "erase", "flights", "--subject", SUBJECT, *arguments], input=answer)


def test_a_dry_run_says_what_would_go_and_changes_nothing(deployed: Workspace) -> None:
    before = everything(deployed.lake)
    result = call("--dry-run", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["snapshots"] == [deployed.dataset]
    assert found["models"] == ["3"]
    assert everything(deployed.lake) == before
    assert deployed.lake.list("erasures/") == []


def test_without_yes_it_asks_and_a_no_changes_nothing(deployed: Workspace) -> None:
    before = everything(deployed.lake)
    assert call(answer="n\n").exit_code == 1
    assert everything(deployed.lake) == before


def test_it_prints_the_proof_by_zone_and_the_models_that_learnt_from_the_subject(deployed: Workspace) -> None:
    result = call("--yes")
    assert result.exit_code == 0, result.output
    assert "Searched for the keys, byte by byte" in result.stdout
    assert all(zone in result.stdout for zone in ("raw", "curated", "snapshots", "(logs)"))
    assert SUBJECT not in result.stdout
    assert "models trained on them: 3" in result.stderr


def test_a_training_under_way_is_waited_for_by_whoever_asks(deployed: Workspace) -> None:
    before = everything(deployed.lake)
    deployed.training.running = lambda: ["arn"]
    result = call("--yes")
    assert isinstance(result.exception, JobError)
    assert "Training is running" in str(result.exception)
    assert everything(deployed.lake) == before


def test_a_log_line_that_names_the_subject_is_an_error_with_a_remedy(
    deployed: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase, "_in_logs", lambda workspace, plan: 2)
    result = call("--yes")
    assert "2 log lines still hold a key" in str(result.exception)


def test_retention_shows_every_zone() -> None:
    result = CliRunner().invoke(app, ["data", "retention", "--json"])
    assert [zone["zone"] for zone in json.loads(result.stdout)["zones"]] == [zone.zone for zone in RETENTION]


def test_a_use_case_without_a_key_has_nothing_to_rotate(deployed: Workspace) -> None:
    result = CliRunner().invoke(app, ["data", "rotate", "flights", "--yes"])
    assert "has no key" in str(result.exception)
    assert isinstance(deployed.lake, Lake)
