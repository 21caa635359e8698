"""Scoring the model file with ONNX Runtime: the only module that imports it."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # read at import: it would start a thread that calls home
import onnxruntime

PROBABILITIES = "probabilities"
"""The output of a classifier's model file; of any other model the first output counts."""


class Scorer:
    """A model on a float32 matrix, held in memory by ONNX Runtime; one thread, it shares its machine."""

    def __init__(self, model: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._input: str = self._session.get_inputs()[0].name
        self.width = int(self._session.get_inputs()[0].shape[1])
        names = [output.name for output in self._session.get_outputs()]
        self._output: str = PROBABILITIES if PROBABILITIES in names else names[0]

    def outputs(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """Class probabilities (n, k), or numbers (n, 1), of a float32 matrix of shape (n, width).

        Raises ValueError on any other dtype or width: a silent cast would be a skew.
        """
        if matrix.dtype != np.float32 or matrix.ndim != 2 or matrix.shape[1] != self.width:
            raise ValueError(f"expected float32 of shape (n, {self.width}), got {matrix.dtype} of shape {matrix.shape}")
        if not len(matrix):  # a graph need not know what to do with nothing
            return self.outputs(np.zeros((1, self.width), np.float32))[:0]
        return np.asarray(self._session.run([self._output], {self._input: matrix})[0], np.float64)
