"""Scoring the model file with ONNX Runtime: the only module that imports it."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # read at import: it would start a thread that calls home
import onnxruntime


class Scorer:
    """A binary classifier on a float32 matrix, held in memory by ONNX Runtime; one thread, it shares its machine."""

    def __init__(self, model: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._input: str = self._session.get_inputs()[0].name
        self.width = int(self._session.get_inputs()[0].shape[1])

    def predict(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probability of the positive label, shape (n,), of a float32 matrix of shape (n, width).

        Raises ValueError on any other dtype or width: a silent cast would be a skew.
        """
        if matrix.dtype != np.float32 or matrix.ndim != 2 or matrix.shape[1] != self.width:
            raise ValueError(f"expected float32 of shape (n, {self.width}), got {matrix.dtype} of shape {matrix.shape}")
        if not len(matrix):
            return np.zeros(0)
        probabilities = self._session.run(["probabilities"], {self._input: matrix})[0]
        return np.asarray(probabilities[:, 1], np.float64)
