"""Learning a label per unit of something (rentals per unit of last week's level) that the matrix itself holds.

Trees say what they have seen: a label that grows they follow only after a new fit. Divided by its own recent level it
is steady, and multiplying the forecast by tonight's level follows the growth at once. The rows are weighted with their
exposure, so that the absolute error of the ratio is that of the label: w·|y/w − r| = |y − w·r|.
Source: Ohlsson, Johansson (2010), Non-Life Insurance Pricing with Generalized Linear Models, chapter 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.contracts.errors import ContractError
from training.weighting import Weights, fitted


@dataclass(frozen=True)
class PerExposure:
    """A regressor of the label per unit of exposure; `column` of the matrix is the exposure, above 0 everywhere."""

    estimator: Any
    column: int

    def fit(
        self, matrix: NDArray[np.float32], y: NDArray[np.float64], sample_weight: Weights | None = None
    ) -> PerExposure:
        """Fit on y / exposure, weighted by it (times `sample_weight`). Raises ContractError where there is none."""
        exposure = self._exposure(matrix)
        if not (exposure > 0).all():
            raise ContractError(f"exposure: column {self.column} has values that are missing or not above 0; fill them")
        weights = exposure if sample_weight is None else exposure * sample_weight
        fitted(self.estimator, matrix, y / exposure, weights)
        return self

    def predict(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """The label (n,): what the estimator says, times the exposure."""
        return np.asarray(self.estimator.predict(matrix) * self._exposure(matrix), np.float64)

    def _exposure(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        return matrix[:, self.column].astype(np.float64)


def multiplied(model: Any, column: int) -> Any:
    """The ONNX model of a regressor, its output (n, 1) multiplied by a column of its input."""
    from onnx import TensorProto, helper

    graph = model.graph
    ratio, label = graph.output[0].name, "label_of_exposure"
    position = helper.make_tensor("exposure_column", TensorProto.INT64, [1], [column])
    graph.initializer.append(position)
    graph.node.extend(
        [
            helper.make_node("Gather", [graph.input[0].name, position.name], ["exposure"], axis=1),
            helper.make_node("Mul", [ratio, "exposure"], [label]),
        ]
    )
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(label, TensorProto.FLOAT, [None, 1]))
    return model
