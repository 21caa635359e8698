"""Declared weights reach every fit, and change nothing where none are declared."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.neighbors import KNeighborsClassifier

from cumulet.contracts.errors import ContractError
from cumulet.core.training_data.weighing import by_class, toward_latest
from cumulet.core.usecase import Candidate, FitRows, UseCase, Weighing
from tests.training.conftest import small_candidate
from training import fit, judging, model_card, model_page
from training.dataset import Rows, read
from training.fitting import REPEATABLE, fit_candidate, outputs, to_onnx
from training.holdout import Holdout
from training.weighting import fitted as fit_weighed

TREES = Candidate("trees", "HistGradientBoostingClassifier", {"max_iter": 20})
LINE = Candidate("line", "LogisticRegression")
LATE = by_class({1.0: 5.0})


@pytest.fixture(scope="module")
def rare() -> tuple[np.ndarray, np.ndarray]:
    """A class that is one row of ten, and a column that hints at it."""
    rng = np.random.default_rng(0)
    y = (rng.random(3_000) < 0.1).astype(np.float64)
    return np.column_stack([y + rng.normal(0, 1, 3_000), rng.normal(0, 1, 3_000)]).astype(np.float32), y


@pytest.fixture
def rows(fitted) -> Rows:
    return read(fitted / "train", small_candidate())[0]


def weighing(weights: object) -> UseCase:
    return replace(small_candidate(), fit_rows=FitRows(weights=weights))  # type: ignore[arg-type]


def recall(y: np.ndarray, p: np.ndarray) -> float:
    return float((p >= 0.5)[y == 1].mean())


@pytest.mark.parametrize("candidate", [TREES, LINE], ids=lambda each: each.name)
def test_a_rare_class_that_counts_more_is_found_more_often(rare, candidate):
    matrix, y = rare
    plain = fit_candidate(candidate, matrix, y)
    weighed = fit_candidate(candidate, matrix, y, LATE.of({}, y))
    assert recall(y, outputs(weighed, matrix)[:, 1]) > recall(y, outputs(plain, matrix)[:, 1]) + 0.2


def test_without_weights_the_model_file_is_scikit_learn_s_own_to_the_byte(rare):
    matrix, y = rare
    theirs = HistGradientBoostingClassifier(**REPEATABLE, **TREES.parameters).fit(matrix, y)
    assert to_onnx(fit_candidate(TREES, matrix, y), 2) == to_onnx(theirs, 2)
    assert to_onnx(fit_candidate(TREES, matrix, y, LATE.of({}, y)), 2) != to_onnx(theirs, 2)


def test_the_final_fit_and_every_fold_are_weighed(rows):
    (plain,), (later, without) = fit.fit_all(small_candidate(), rows, folds=2, fold_days=5)
    (final,), (_, found) = fit.fit_all(weighing(LATE), rows, folds=2, fold_days=5)
    shares = [outputs(each.model, each.matrix)[:, 1].mean() for each in (plain, final)]
    assert shares[1] > shares[0] + 0.1
    for fold in np.array_split(np.arange(len(later)), 2):
        assert found["small trees"][fold].mean() > without["small trees"][fold].mean() + 0.1
    assert recall(later.y, found["small trees"]) > recall(later.y, without["small trees"]) + 0.05
    assert {n: p.tobytes() for n, p in found.items() if n != "small trees"} == {
        n: p.tobytes() for n, p in without.items() if n != "small trees"
    }


def test_the_target_of_importance_weights_is_the_end_of_what_each_fold_is_fitted_on(rows):
    asked: list[np.datetime64] = []

    def remembered(columns, y):
        asked.append(columns["sched_dep"].max().astype("datetime64[D]"))
        return toward_latest("sched_dep", 5, ("origin", "distance")).of(columns, y)

    fit.fit_all(weighing(Weighing("watched", remembered)), rows, folds=2, fold_days=5)
    assert sorted(asked) == [rows.days.max() - 10, rows.days.max() - 5, rows.days.max()]


@pytest.mark.parametrize(
    ("weights", "why"),
    [
        ("balanced", r"flights: FitRows\(weights=…\): 'balanced' is no weighing: give by_class"),
        (by_class("upsampled"), "give 'balanced' or a weight per class"),
        (toward_latest("sched_dep", 5, ("colour",)), "no column colour to weigh by; there are .*origin"),
    ],
)
def test_a_weighing_that_does_not_fit_is_refused_with_what_to_do(rows, weights, why):
    with pytest.raises(ContractError, match=why):
        fit.fit_all(weighing(weights), rows, folds=2, fold_days=5)


def test_an_algorithm_that_takes_no_weights_is_refused_by_name(rare):
    matrix, y = rare
    with pytest.raises(ContractError, match="KNeighborsClassifier takes no weights"):
        fit_weighed(KNeighborsClassifier(), np.nan_to_num(matrix), y, np.ones(len(y)))


def test_evaluation_card_and_page_say_how_rows_were_weighed_and_only_then(fitted, tmp_path):
    use_case = weighing(LATE)
    rows, dataset = read(fitted / "train", use_case)
    spans = {"folds": 2, "fold_days": 5}
    holdout, manifest = fit.make(use_case, rows, dataset, model=tmp_path / "m", output=tmp_path / "o", **spans)
    assert json.loads((tmp_path / "o" / "training.json").read_text())["weights"] == "class 1: 5"
    evaluation = judging.evaluate(use_case, holdout, manifest, None)
    assert evaluation["weights"] == "class 1: 5"
    card = model_card.card(use_case, {**evaluation, "run": "r"}, manifest, "r")
    assert "weighed rows (class 1: 5)" in card["training_details"]["training_observations"]
    assert "weighed rows (class 1: 5)" in model_page.page(use_case, evaluation, "r")
    plain = judging.evaluate(small_candidate(), Holdout.read(fitted / "data", use_case), manifest, None)
    assert "weigh" not in json.dumps([plain, model_card.card(use_case, plain, manifest, "r")])
    assert "weigh" not in model_page.page(use_case, plain, "r")
