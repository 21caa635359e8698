from __future__ import annotations

import numpy as np
import pytest

from cumulet.contracts.errors import ContractError
from cumulet.core.usecase import Candidate
from training import baselines
from training.fitting import ALGORITHM, fit_candidate, parity, to_onnx

SMALL = Candidate("small", ALGORITHM, {"max_iter": 20, "min_samples_leaf": 20, "max_features": 0.5})


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(2000, 6)).astype(np.float32)
    matrix[rng.random(matrix.shape) < 0.1] = np.nan
    y = (rng.random(2000) < 1 / (1 + np.exp(-2 * np.nan_to_num(matrix[:, 0])))).astype(np.float64)
    return matrix, y


def test_the_model_file_says_what_the_fitted_model_says_with_missing_values(rows):
    model = fit_candidate(SMALL, *rows)
    assert parity(model, to_onnx(model, 6), rows[0]) <= 1e-6


def test_the_same_rows_give_the_same_model_file(rows):
    assert to_onnx(fit_candidate(SMALL, *rows), 6) == to_onnx(fit_candidate(SMALL, *rows), 6)


def test_a_float64_matrix_is_refused(rows):
    with pytest.raises(ValueError, match="float32"):
        fit_candidate(SMALL, rows[0].astype(np.float64), rows[1])


@pytest.mark.parametrize(
    "candidate",
    [
        Candidate("unknown", "deep_forest"),
        Candidate("categories", ALGORITHM, {"categorical_features": [0]}),
        Candidate("misspelt", ALGORITHM, {"max_iterations": 5}),
    ],
    ids=lambda candidate: candidate.name,
)
def test_a_candidate_that_cannot_be_fitted_faithfully_is_refused_by_name(rows, candidate):
    with pytest.raises(ContractError, match=candidate.name):
        fit_candidate(candidate, *rows)


def test_logistic_regression_takes_missing_values(rows):
    matrix, y = rows
    p = baselines.logistic(matrix[:1000], y[:1000], matrix[1000:])
    assert np.isfinite(p).all()
    assert p[np.nan_to_num(matrix[1000:, 0]) > 1].mean() > p.mean() + 0.1
