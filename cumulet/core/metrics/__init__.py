"""Metrics, one module per kind of prediction task.

A metric that is not defined (a ranking of one class only, no rows) is NaN, never an error: a quiet day is not a bug.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def skill(targets: ArrayLike, forecasts: ArrayLike) -> float:
    """1 − squared error / squared error of always saying these rows' own mean: 0 is no skill, 1 is perfect.

    Both have shape (n,), or (n, k) with a column per class. Of probabilities it is the Brier skill, of numbers R².
    Sources: Brier (1950), Monthly Weather Review 78(1); Murphy (1988), Monthly Weather Review 116(12).

    >>> skill([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5])
    0.0
    """
    truth, said = np.asarray(targets, np.float64), np.asarray(forecasts, np.float64)
    if truth.shape != said.shape:
        raise ValueError(f"expected two arrays of one shape, got {truth.shape} and {said.shape}")
    spread = float(((truth - truth.mean(axis=0)) ** 2).sum()) if len(truth) else 0.0
    return 1 - float(((said - truth) ** 2).sum()) / spread if spread else float("nan")
