from __future__ import annotations

import numpy as np
import onnx
import pytest
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import HistGradientBoostingRegressor

from cumulet.contracts.errors import ContractError
from cumulet.core.scoring import Scorer
from cumulet.core.usecase import Candidate
from training.exposure import PerExposure, multiplied
from training.fitting import fit_candidate

LEVEL = 2


@pytest.fixture(scope="module")
def growing() -> tuple[np.ndarray, np.ndarray]:
    """Labels that are a share, known from the first column, of a level that only grows."""
    rng = np.random.default_rng(5)
    share = rng.integers(1, 5, 4_000)
    level = np.linspace(10, 400, 4_000)
    noise = np.where(rng.random(4_000) < 0.1, np.nan, rng.integers(0, 9, 4_000))
    return np.array([share, noise, level], np.float32).T, share * level


def fitted(matrix: np.ndarray, y: np.ndarray, loss: str = "absolute_error") -> PerExposure:
    return PerExposure(HistGradientBoostingRegressor(loss=loss, max_iter=60, random_state=1), LEVEL).fit(matrix, y)


def test_a_label_that_grows_with_its_exposure_is_followed_beyond_what_was_seen(growing):
    matrix, y = growing
    early = matrix[:, LEVEL] < 200
    later = matrix[:, LEVEL] > 300
    ours = fitted(matrix[early], y[early]).predict(matrix[later])
    plain = HistGradientBoostingRegressor(loss="absolute_error", max_iter=60, random_state=1)
    theirs = plain.fit(matrix[early], y[early]).predict(matrix[later])
    error, without = (float(np.abs(p - y[later]).sum() / y[later].sum()) for p in (ours, theirs))
    assert error < 0.05 < 0.3 < without


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error"])
def test_the_model_file_says_what_the_model_says(growing, loss):
    matrix, y = growing
    model = fitted(matrix, y, loss)
    graph = to_onnx(model.estimator, initial_types=[("features", FloatTensorType([None, 3]))], target_opset=17)
    file = multiplied(graph, LEVEL)
    onnx.checker.check_model(file)
    ours, theirs = model.predict(matrix), Scorer(file.SerializeToString()).outputs(matrix)
    assert theirs.shape == (len(matrix), 1)
    assert np.max(np.abs(theirs[:, 0] - ours) / np.maximum(1, ours)) < 1e-5


@pytest.mark.parametrize(("weights", "expected"), [(None, 100), ([10.0, 1.0], 100), ([100.0, 1.0], 200)])
def test_rows_count_by_their_exposure_times_their_weight(weights, expected):
    matrix = np.array([[0, 0, 1]] * 60 + [[0, 0, 100]] * 40, np.float32)
    y = np.array([2.0] * 60 + [100.0] * 40)
    stump = {"loss": "absolute_error", "min_samples_leaf": 60}
    candidate = Candidate("median", "HistGradientBoostingRegressor", stump, exposure=LEVEL)
    model = fit_candidate(candidate, matrix, y, None if weights is None else np.repeat(weights, [60, 40]))
    assert model.predict(matrix[-1:])[0] == pytest.approx(expected, rel=0.01)


def test_a_line_learns_a_label_per_unit_of_exposure_too(growing):
    matrix, y = growing
    model = fit_candidate(Candidate("line", "Ridge", exposure=LEVEL), matrix, y)
    assert np.abs(model.predict(matrix) - y).sum() / y.sum() < 0.02


@pytest.mark.parametrize("bad", [np.nan, 0, -1])
def test_an_exposure_that_is_missing_or_not_positive_is_refused(growing, bad):
    matrix, y = growing
    broken = matrix.copy()
    broken[7, LEVEL] = bad
    with pytest.raises(ContractError, match="column 2 has values that are missing or not above 0"):
        fitted(broken, y)
