from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
import pytest

from cumulet.contracts.errors import ContractError
from cumulet.core.usecase import Candidate
from training.fitting import fit_candidate, outputs, parity, to_onnx

NETWORK = Candidate(
    "network",
    "sklearn.neural_network.MLPClassifier",
    {"hidden_layer_sizes": (64, 32), "max_iter": 60, "random_state": 3},
    int8=True,
)


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    pictures, labels = load_digits(return_X_y=True)
    return (pictures / 16).astype(np.float32), labels.astype(np.float64)


@pytest.fixture(scope="module")
def fitted(digits):
    matrix, y = digits
    return fit_candidate(NETWORK, matrix[:1000], y[:1000])


def accuracy(p: np.ndarray, y: np.ndarray) -> float:
    return float((p.argmax(axis=1) == y).mean())


def test_the_int8_file_is_small_and_loses_little(digits, fitted):
    matrix, y = digits[0][1000:], digits[1][1000:]
    whole, small = to_onnx(fitted.original, 64), to_onnx(fitted, 64)
    assert len(small) < len(whole) / 2
    before, after = accuracy(outputs(fitted.original, matrix), y), accuracy(outputs(fitted, matrix), y)
    assert before > 0.85
    assert after >= before - 0.01


def test_weights_are_whole_numbers_of_seven_bits_and_probabilities_add_up(digits, fitted):
    graph = onnx.load_from_string(to_onnx(fitted, 64)).graph
    weights = [onnx.numpy_helper.to_array(i) for i in graph.initializer if i.data_type == onnx.TensorProto.INT8]
    matrices = [each for each in weights if each.ndim == 2]
    assert len(matrices) == 3
    assert max(np.abs(each.astype(int)).max() for each in matrices) <= 64
    np.testing.assert_allclose(outputs(fitted, digits[0][:50]).sum(axis=1), 1, atol=1e-6)


def test_the_model_that_is_judged_is_its_file(digits, fitted):
    assert parity(fitted, to_onnx(fitted, 64), digits[0]) == 0


def test_the_same_rows_give_the_same_bytes(digits, fitted):
    again = fit_candidate(NETWORK, digits[0][:1000], digits[1][:1000])
    assert again.file == fitted.file


def test_trees_have_nothing_to_quantise(digits):
    trees = Candidate("trees", "HistGradientBoostingClassifier", {"max_iter": 2}, int8=True)
    with pytest.raises(ContractError, match="no layers"):
        fit_candidate(trees, *digits)


@pytest.mark.parametrize("algorithm", ["nowhere.to.be.Found", "sklearn.neural_network.Nothing"])
def test_an_algorithm_that_cannot_be_imported_is_named_with_what_to_do(digits, algorithm):
    with pytest.raises(ContractError, match=r"candidate network.*requirements\.txt"):
        fit_candidate(replace(NETWORK, algorithm=algorithm), *digits)
