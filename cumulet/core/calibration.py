"""Calibration: does a predicted 30 % happen in 30 of 100 cases?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def calibration_table(y: ArrayLike, p: ArrayLike, bins: int = 10) -> list[dict[str, Any]]:
    """Rows, mean prediction and rate per bin of equal width, ascending; a bin without rows is left out.

    The table behind a reliability diagram: well calibrated means that `rate` is near `mean_prediction` in each row.
    """
    labels, predictions = np.asarray(y, np.float64), np.asarray(p, np.float64)
    index = np.minimum((predictions * bins).astype(int), bins - 1)
    rows = np.bincount(index, minlength=bins)
    means = np.bincount(index, predictions, bins) / np.maximum(rows, 1)
    rates = np.bincount(index, labels, bins) / np.maximum(rows, 1)
    return [
        {
            "low": b / bins,
            "high": (b + 1) / bins,
            "rows": int(rows[b]),
            "mean_prediction": float(means[b]),
            "rate": float(rates[b]),
        }
        for b in range(bins)
        if rows[b]
    ]


def calibration_gap(y: ArrayLike, p: ArrayLike) -> float:
    """|mean prediction − rate| of all rows; NaN without rows."""
    labels, predictions = np.asarray(y, np.float64), np.asarray(p, np.float64)
    return float(abs(predictions.mean() - labels.mean())) if len(labels) else float("nan")
