"""Weights on their way from a use case's declaration into an estimator's fit."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.contracts.errors import ContractError
from cumulet.core.training_data.weighing import weighed
from cumulet.core.usecase import UseCase
from training.dataset import Rows

Weights = NDArray[np.float64]


def weights_of(use_case: UseCase, rows: Rows) -> Weights | None:
    """What each of the rows counts (n,), of mean 1, as `FitRows.weights` declares; None where all count alike.

    Raises ContractError when the declaration does not fit the rows.
    """
    try:
        return weighed(use_case.fit_rows.weights, rows.columns, rows.y)
    except ValueError as error:
        raise ContractError(f"{use_case.name}: FitRows(weights=…): {error}; see docs/training-data.md") from error


def fitted(estimator: Any, matrix: NDArray[np.float32], y: NDArray[np.float64], weights: Weights | None) -> Any:
    """The estimator fitted; weights go to the last step of a pipeline. Raises ContractError when it takes none."""
    if weights is None:
        return estimator.fit(matrix, y)
    step, last = estimator.steps[-1] if hasattr(estimator, "steps") else ("", estimator)
    if "sample_weight" not in inspect.signature(last.fit).parameters:
        raise ContractError(f"{type(last).__name__} takes no weights: leave FitRows(weights=…) out, or fit another")
    return estimator.fit(matrix, y, **{f"{step}__sample_weight" if step else "sample_weight": weights})
