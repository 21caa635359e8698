"""Eight bits instead of thirty-two: a model file a quarter as large, for devices that have little.

Weights and activations become whole numbers, their scales learnt from a sample of the rows fitted on (static
quantisation, a scale per channel). Seven of the eight bits of a weight are used: with all of them sums overflow on
processors without the VNNI instructions, and the same file says another thing there. What the network ends with,
probabilities, stays in float32.
Source: Jacob et al. (2018), Quantization and training of neural networks for efficient integer-arithmetic-only
inference, CVPR; ONNX Runtime's guide to quantisation.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.contracts.errors import ContractError
from cumulet.core.scoring import Scorer

SAMPLE = 500
"""Rows from which the range of every activation is learnt."""
TOLERANCE = 0.02
"""How far probabilities may differ between processors: an activation rounded the other way moves them so far."""
WHOLE_NUMBERS = ("Conv", "Gemm", "MatMul", "MaxPool", "Relu")


@dataclass(frozen=True)
class Quantised:
    """A fitted model as its int8 file computes it; `original` is the model that the file was made from."""

    original: Any
    file: bytes

    def predict_proba(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probabilities (n, k), as the file says them."""
        return Scorer(self.file).outputs(matrix)


def int8(model_file: bytes, matrix: NDArray[np.float32]) -> bytes:
    """The ONNX file with int8 weights and activations; `matrix` (n, d) are the rows fitted on.

    Raises ContractError for a model that is no network.
    """
    import onnx
    from onnxruntime import quantization

    model = onnx.load_from_string(model_file)
    if not any(node.op_type in WHOLE_NUMBERS for node in model.graph.node):
        raise ContractError("int8: this model has no layers of a network to quantise; leave `int8` out")
    rows = np.linspace(0, len(matrix) - 1, min(SAMPLE, len(matrix))).astype(int)

    class Sample(quantization.CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._parts = iter([{"features": matrix[rows]}])

        def get_next(self) -> dict[str, Any] | None:
            return next(self._parts, None)

    with tempfile.TemporaryDirectory() as folder, _quiet():
        target = Path(folder) / "int8.onnx"
        quantization.quantize_static(
            model,
            target,
            Sample(),
            quant_format=quantization.QuantFormat.QDQ,
            op_types_to_quantize=list(WHOLE_NUMBERS),
            per_channel=True,
            reduce_range=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
        )
        return target.read_bytes()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without its advice to optimise the graph beforehand: graphs of a few layers gain nothing."""
    logger = logging.getLogger()
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
