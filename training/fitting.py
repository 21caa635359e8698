"""Fitting a candidate and turning it into the model file; scikit-learn's trees and their converter are used only here.

An algorithm with a dotted name is the use case's own class, which brings its conversion along.

HistGradientBoosting is fitted on the same float32 matrix that ONNX Runtime will score, without categorical_features and
without a scaler: with any of these the converter goes wrong without a word. The parity gate measures it every time.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.contracts.errors import ContractError
from cumulet.core.scoring import Scorer
from cumulet.core.usecase import Candidate
from training.exposure import PerExposure, multiplied
from training.quantising import Quantised, int8
from training.weighting import Weights, fitted

TREES = ("HistGradientBoostingClassifier", "HistGradientBoostingRegressor")
LINEAR = ("LogisticRegression", "Ridge")
"""Fitted on standardised columns, what is missing filled with the median."""
FORBIDDEN = ("categorical_features",)
"""Parameters that break parity with the model file."""
REPEATABLE = {"early_stopping": False, "random_state": 2013}
"""Unless the candidate says otherwise: the same rows give the same model."""


def fit_candidate(
    candidate: Candidate, matrix: NDArray[np.float32], y: NDArray[np.float64], weights: Weights | None = None
) -> Any:
    """A fitted estimator with the candidate's parameters (scikit-learn's names).

    `matrix` is (n, d) float32 with NaN for missing, `y` (n,), `weights` (n,) what each row counts. Raises ContractError
    for an algorithm or a parameter that is not supported, ValueError for a matrix that is not float32 (trees fitted in
    float64 split between two neighbours of float32).
    """
    if candidate.algorithm not in (*TREES, *LINEAR) and "." not in candidate.algorithm:
        known = ", ".join((*TREES, *LINEAR))
        raise ContractError(f"candidate {candidate.name}: algorithm {candidate.algorithm!r}; there are {known}")
    refused = [name for name in FORBIDDEN if name in candidate.parameters]
    if refused:
        raise ContractError(f"candidate {candidate.name}: {', '.join(refused)} may not be set; see training/fitting.py")
    if matrix.dtype != np.float32:
        raise ValueError(f"expected a float32 matrix, got {matrix.dtype}")
    try:
        model = _estimator(candidate)
    except TypeError as error:
        raise ContractError(f"candidate {candidate.name}: {error}") from error
    if candidate.exposure is not None:
        model = PerExposure(model, candidate.exposure)
    model = fitted(model, matrix, y, weights)
    return Quantised(model, int8(to_onnx(model, matrix.shape[1]), matrix)) if candidate.int8 else model


def _estimator(candidate: Candidate) -> Any:
    if "." in candidate.algorithm:
        return _own(candidate)
    return _trees(candidate) if candidate.algorithm in TREES else _linear(candidate)


def _own(candidate: Candidate) -> Any:
    module, _, name = candidate.algorithm.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ContractError(
            f"candidate {candidate.name}: {candidate.algorithm} cannot be imported ({error}); what only training needs "
            f"belongs into {'/'.join(module.split('.')[:2])}/requirements.txt"
        ) from error
    return found(**candidate.parameters)


def _trees(candidate: Candidate) -> Any:
    from sklearn import ensemble

    return getattr(ensemble, candidate.algorithm)(**{**REPEATABLE, **candidate.parameters})


def _linear(candidate: Candidate) -> Any:
    from sklearn import impute, linear_model, pipeline, preprocessing

    return pipeline.make_pipeline(
        impute.SimpleImputer(strategy="median", keep_empty_features=True),
        preprocessing.StandardScaler(),
        getattr(linear_model, candidate.algorithm)(**candidate.parameters),
    )


def outputs(model: Any, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
    """What the fitted model says, as its file does: class probabilities (n, k), or numbers (n, 1)."""
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(matrix), np.float64)
    return np.asarray(model.predict(matrix), np.float64).reshape(-1, 1)


def to_onnx(model: Any, width: int) -> bytes:
    """The model file: input `features` float32 (n, width); output `probabilities` (n, k), or `variable` (n, 1)."""
    if isinstance(model, Quantised):
        return model.file
    if hasattr(model, "to_onnx"):
        return bytes(model.to_onnx(width))
    from skl2onnx import to_onnx as convert
    from skl2onnx.common.data_types import FloatTensorType

    features = [("features", FloatTensorType([None, width]))]
    inner = model.estimator if isinstance(model, PerExposure) else model
    last = inner[-1] if hasattr(inner, "steps") else inner
    options = {id(last): {"zipmap": False}} if hasattr(inner, "predict_proba") else None
    graph = convert(inner, initial_types=features, options=options, target_opset=17)
    if isinstance(model, PerExposure):
        graph = multiplied(graph, model.column)
    return bytes(graph.SerializeToString())


def parity(model: Any, model_file: bytes, matrix: NDArray[np.float32]) -> float:
    """Largest difference between the outputs of the fitted model and of its ONNX file, on a float32 matrix (n, d)."""
    return float(np.max(np.abs(Scorer(model_file).outputs(matrix) - outputs(model, matrix))))
