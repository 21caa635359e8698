"""Metrics of a forecast of numbers. `y` is what came, `p` what was said, both of shape (n,)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def _errors(y: ArrayLike, p: ArrayLike) -> NDArray[np.float64]:
    labels, predictions = np.asarray(y, np.float64), np.asarray(p, np.float64)
    if labels.shape != predictions.shape or labels.ndim != 1:
        raise ValueError(f"expected two arrays of shape (n,), got {labels.shape} and {predictions.shape}")
    return predictions - labels


def mae(y: ArrayLike, p: ArrayLike) -> float:
    """Mean absolute error, in the label's unit."""
    errors = _errors(y, p)
    return float(np.abs(errors).mean()) if len(errors) else float("nan")


def rmse(y: ArrayLike, p: ArrayLike) -> float:
    """Root of the mean squared error, in the label's unit."""
    errors = _errors(y, p)
    return float(np.sqrt((errors**2).mean())) if len(errors) else float("nan")


def wape(y: ArrayLike, p: ArrayLike) -> float:
    """Weighted absolute percentage error: Σ|p − y| / Σ|y|. Unlike MAPE it is defined where single labels are 0.

    >>> wape([10, 0], [8, 1])
    0.3
    """
    errors, total = _errors(y, p), float(np.abs(np.asarray(y, np.float64)).sum())
    return float(np.abs(errors).sum()) / total if total else float("nan")


def bias(y: ArrayLike, p: ArrayLike) -> float:
    """Σ(p − y) / Σ|y|: how much too high (or, negative, too low) the forecast is on the whole."""
    errors, total = _errors(y, p), float(np.abs(np.asarray(y, np.float64)).sum())
    return float(errors.sum()) / total if total else float("nan")


def cost_per_record(y: ArrayLike, p: ArrayLike, *, under: float, over: float) -> float:
    """Mean cost: `under` for each unit that was forecast too little, `over` for each too much.

    Source: Arrow, Harris, Marschak (1951), Optimal inventory policy, Econometrica 19(3): the newsvendor's loss.
    """
    errors = _errors(y, p)
    return float(np.where(errors > 0, over * errors, -under * errors).mean()) if len(errors) else float("nan")
