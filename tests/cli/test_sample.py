"""`cumulet sample`: strata and weights before a training uses them; nothing is written, bad input has a remedy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import usecases
from cumulet.contracts.errors import NotFoundError
from cumulet.core.tasks import MultiClass
from cumulet.core.training_data.weighing import by_class
from cumulet.core.usecase import FitRows
from tests.cli.labelled import DAYS, LAST, SPAN, Deployed, call, deployed, everything

LABELLED = (DAYS - 1) * 70


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed(tmp_path_factory.mktemp("sample")) as made:
        yield made


def found(*arguments: str) -> dict[str, Any]:
    result = call("sample", "flights", *SPAN, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_a_sample_has_its_size_and_every_stratum_its_floor(workspace: Deployed) -> None:
    report = found("--by", "label,origin", "--maximum", "120", "--floor", "20")
    assert (report["rows"], report["sampled"]) == (LABELLED, 120)
    strata = report["strata"]
    assert {row["stratum"] for row in strata} == {f"{y}|{o}" for y in (0, 1) for o in ("EWR", "JFK", "LGA")}
    assert sum(row["sampled"] for row in strata) == 120
    assert min(row["sampled"] for row in strata) >= 20
    assert {row["mean label"] for row in strata} == {0.0, 1.0}


def test_the_same_command_gives_the_same_sample_and_writes_nothing(workspace: Deployed) -> None:
    before = everything(workspace.lake)
    assert found("--maximum", "50") == found("--maximum", "50")
    assert everything(workspace.lake) == before


def test_importance_weights_say_what_they_cost(workspace: Deployed) -> None:
    toward = ("--toward", f"{LAST}..{LAST}")
    cut, whole = (found(*toward, "--limit", limit)["weights"][1:] for limit in ("3", "1000"))
    assert [row["weights"] for row in cut] == [f"toward {LAST}, by classifier", f"toward {LAST}, by sketches"]
    for one, other in zip(cut, whole, strict=True):
        assert 1 <= other["size"] == other["size unclipped"] == one["size unclipped"] <= one["size"] <= LABELLED
        assert one["off"] >= other["off"] == 0
    assert cut[0]["off"] > 0
    assert cut[0]["size"] > whole[0]["size"]


def test_what_the_use_case_declares_is_shown_with_its_effective_size(
    workspace: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    weighed = replace(workspace.use_case, fit_rows=FitRows(weights=by_class({1.0: 9.0})))
    monkeypatch.setattr(workspace, "use_case", weighed)
    row = found()["weights"][-1]
    assert row["weights"] == "declared: class 1: 9"
    assert row["largest"] / row["smallest"] == pytest.approx(9)
    assert row["size"] < LABELLED


def test_classes_have_no_mean_label(workspace: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    several = replace(usecases.load("flights"), task=MultiClass(("on time", "late")))
    monkeypatch.setattr(usecases, "load", lambda name: several)
    assert all("mean label" not in row for row in found()["strata"])


def test_for_people_it_is_two_tables(workspace: Deployed) -> None:
    result = call("sample", "flights", *SPAN, "--by", "origin")
    assert f"{LABELLED} of {LABELLED} labelled examples, by origin" in result.stdout
    assert "Weights, in units of the mean" in result.stdout
    assert "off: the share of all weight" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        ((), "give --from and --to"),
        ((*SPAN, "--by", "colour"), "colour"),
        ((*SPAN, "--toward", "tomorrow"), "2013-03-01..2013-03-14"),
        ((*SPAN, "--toward", "2013-01-03..2013-01-02"), "is after"),
        ((*SPAN, "--by", "origin", "--maximum", "100", "--floor", "60"), "lower the floor"),
        ((*SPAN, "--maximum", "-1"), "greater than or equal to 0"),
    ],
)
def test_bad_input_is_refused_with_a_remedy(workspace: Deployed, arguments: tuple[str, ...], remedy: str) -> None:
    result = call("sample", "flights", *arguments)
    assert result.exit_code == 2
    assert remedy in " ".join(result.stderr.replace("│", " ").split())


def test_a_number_makes_no_strata(workspace: Deployed) -> None:
    result = call("sample", "bikes", *SPAN)
    assert result.exit_code == 2
    assert "bikes predicts a number" in result.stderr


@pytest.mark.parametrize(
    ("span", "remedy"),
    [
        (("--from", str(LAST), "--to", str(LAST)), "has a label yet"),
        (("--from", "2014-01-01", "--to", "2014-01-02"), "cumulet load"),
    ],
)
def test_days_without_examples_say_what_to_run(workspace: Deployed, span: tuple[str, ...], remedy: str) -> None:
    result = call("sample", "flights", *span)
    assert isinstance(result.exception, NotFoundError)
    assert remedy in str(result.exception)


def test_a_use_case_s_own_folder_is_not_touched(workspace: Deployed) -> None:
    found()
    assert list(Path(workspace.folder).iterdir()) == []
