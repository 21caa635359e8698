"""Calibration: does a predicted 30 % happen in 30 of 100 cases?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def calibration_table(y: ArrayLike, p: ArrayLike, bins: int = 10) -> list[dict[str, Any]]:
    """Rows, mean prediction and mean label per bin of equal width, ascending; a bin without rows is left out.

    The table behind a reliability diagram: well calibrated means that `mean_label` is near `mean_prediction` in each
    row. `y` is 0 or 1, `p` a probability, both of shape (n,).
    """
    return _table(np.asarray(y, np.float64), np.asarray(p, np.float64), np.arange(bins + 1) / bins)


def calibration_by_quantile(y: ArrayLike, p: ArrayLike, bins: int = 10) -> list[dict[str, Any]]:
    """The same for numbers: bins of (nearly) as many rows each, between quantiles of the predictions."""
    labels, predictions = np.asarray(y, np.float64), np.asarray(p, np.float64)
    if not len(labels):
        return []
    return _table(labels, predictions, np.unique(np.quantile(predictions, np.arange(bins + 1) / bins)))


def _table(y: NDArray[np.float64], p: NDArray[np.float64], edges: NDArray[np.float64]) -> list[dict[str, Any]]:
    bins = max(len(edges) - 1, 1)
    index = np.clip(np.searchsorted(edges, p, side="right") - 1, 0, bins - 1)
    rows = np.bincount(index, minlength=bins)
    means = np.bincount(index, p, bins) / np.maximum(rows, 1)
    labels = np.bincount(index, y, bins) / np.maximum(rows, 1)
    return [
        {
            "low": float(edges[b]),
            "high": float(edges[min(b + 1, len(edges) - 1)]),
            "rows": int(rows[b]),
            "mean_prediction": float(means[b]),
            "mean_label": float(labels[b]),
        }
        for b in range(bins)
        if rows[b]
    ]
