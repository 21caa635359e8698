from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cumulet.contracts.errors import ContractError
from cumulet.core.metrics import binary, skill
from cumulet.core.tasks import Binary, MultiClass, Regression, Task
from cumulet.core.usecase import Candidate
from training import baselines
from training.fitting import fit_candidate, outputs, parity, to_onnx
from usecases.flights import USE_CASE

CLASSIFIER, REGRESSOR = "HistGradientBoostingClassifier", "HistGradientBoostingRegressor"
PARAMETERS = {"max_iter": 20, "min_samples_leaf": 20, "max_features": 0.5}
SMALL = Candidate("small", CLASSIFIER, PARAMETERS)
CLASSES = MultiClass(("low", "middle", "high"))
FITS = {
    "yes or no by trees": (Binary(), Candidate("trees", CLASSIFIER, PARAMETERS)),
    "classes by trees": (CLASSES, Candidate("trees", CLASSIFIER, PARAMETERS)),
    "numbers by trees": (Regression(), Candidate("trees", REGRESSOR, PARAMETERS)),
    "yes or no by a line": (Binary(), Candidate("line", "LogisticRegression")),
    "classes by lines": (CLASSES, Candidate("lines", "LogisticRegression")),
    "numbers by a line": (Regression(), Candidate("line", "Ridge")),
}


@pytest.fixture(scope="module")
def matrix() -> np.ndarray:
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(2000, 6)).astype(np.float32)
    matrix[rng.random(matrix.shape) < 0.1] = np.nan
    return matrix


def labels(task: Task, matrix: np.ndarray) -> np.ndarray:
    """Labels that follow the first column, noisily."""
    raised = 2 * np.nan_to_num(matrix[:, 0]) + np.random.default_rng(1).logistic(size=len(matrix))
    if isinstance(task, Binary):
        return (raised > 0).astype(np.float64)
    return np.digitize(raised, [-1, 1]).astype(np.float64) if isinstance(task, MultiClass) else 100 + 50 * raised


@pytest.fixture(params=FITS.values(), ids=FITS)
def fitted(request, matrix):
    task, candidate = request.param
    y = labels(task, matrix)
    return task, y, fit_candidate(candidate, matrix, y)


def test_the_model_file_says_what_the_fitted_model_says_with_missing_values(fitted, matrix):
    task, y, model = fitted
    assert parity(model, to_onnx(model, 6), matrix) / task.scale(y) <= 1e-6


def test_the_forecasts_are_of_the_tasks_own_form_and_have_skill(fitted, matrix):
    task, y, model = fitted
    forecasts = task.read(outputs(model, matrix))
    assert forecasts.shape == task.targets(y).shape
    assert skill(task.targets(y), forecasts) > 0.25


def test_linear_baselines_take_missing_values(fitted, matrix):
    task, y, _ = fitted
    forecasts = baselines.linear(replace(USE_CASE, task=task), matrix[:1000], y[:1000], matrix[1000:])
    assert skill(task.targets(y[1000:]), forecasts) > 0.2


def test_the_same_rows_give_the_same_model_file(matrix):
    y = labels(Binary(), matrix)
    assert to_onnx(fit_candidate(SMALL, matrix, y), 6) == to_onnx(fit_candidate(SMALL, matrix, y), 6)


def test_a_float64_matrix_is_refused(matrix):
    with pytest.raises(ValueError, match="float32"):
        fit_candidate(SMALL, matrix.astype(np.float64), labels(Binary(), matrix))


@pytest.mark.parametrize(
    "candidate",
    [
        Candidate("unknown", "deep_forest"),
        Candidate("categories", CLASSIFIER, {"categorical_features": [0]}),
        Candidate("misspelt", CLASSIFIER, {"max_iterations": 5}),
    ],
    ids=lambda candidate: candidate.name,
)
def test_a_candidate_that_cannot_be_fitted_faithfully_is_refused_by_name(matrix, candidate):
    with pytest.raises(ContractError, match=candidate.name):
        fit_candidate(candidate, matrix, labels(Binary(), matrix))


def test_logistic_regression_ranks_like_its_column(matrix):
    y = labels(Binary(), matrix)
    p = baselines.linear(USE_CASE, matrix[:1000], y[:1000], matrix[1000:])
    assert binary.roc_auc(y[1000:], p) > 0.8
