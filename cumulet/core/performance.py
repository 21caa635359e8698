"""Sketch of a day's performance: predictions against the labels that arrived; mergeable over a window of days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import add
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

BINS = 1_000
"""Bins of the predictions in [0, 1]: ROC-AUC from them is within 0.0005 of the exact one."""


@dataclass(frozen=True, kw_only=True)
class PerformanceSketch:
    """Counts and sums that add up: calibration and Brier skill are exact, ROC-AUC is of the binned predictions."""

    rows: int = 0
    positives: int = 0
    sum_prediction: float = 0.0
    sum_squared_error: float = 0.0
    negatives_by_bin: tuple[int, ...] = (0,) * BINS
    positives_by_bin: tuple[int, ...] = (0,) * BINS

    @classmethod
    def of(cls, y: ArrayLike, p: ArrayLike) -> Self:
        """The sketch of labels (0 or 1) and predictions, both of shape (n,)."""
        labels, predictions = np.asarray(y, np.float64), np.asarray(p, np.float64)
        index = np.clip((predictions * BINS).astype(int), 0, BINS - 1)
        positive = labels > 0.5
        return cls(
            rows=len(labels),
            positives=int(positive.sum()),
            sum_prediction=float(predictions.sum()),
            sum_squared_error=float(((predictions - labels) ** 2).sum()),
            negatives_by_bin=tuple(np.bincount(index[~positive], minlength=BINS).tolist()),
            positives_by_bin=tuple(np.bincount(index[positive], minlength=BINS).tolist()),
        )

    def merge(self, other: Self) -> Self:
        """Both together."""
        return type(self)(
            rows=self.rows + other.rows,
            positives=self.positives + other.positives,
            sum_prediction=self.sum_prediction + other.sum_prediction,
            sum_squared_error=self.sum_squared_error + other.sum_squared_error,
            negatives_by_bin=_added(self.negatives_by_bin, other.negatives_by_bin),
            positives_by_bin=_added(self.positives_by_bin, other.positives_by_bin),
        )

    @property
    def rate(self) -> float:
        """Share of positives; NaN without rows."""
        return self.positives / self.rows if self.rows else float("nan")

    @property
    def mean_prediction(self) -> float:
        """Mean prediction; NaN without rows."""
        return self.sum_prediction / self.rows if self.rows else float("nan")

    @property
    def calibration_gap(self) -> float:
        """|mean prediction − rate|."""
        return abs(self.mean_prediction - self.rate)

    @property
    def brier_skill(self) -> float:
        """1 − Brier score / that of always saying the window's own rate; NaN when only one class came."""
        reference = self.rate * (1 - self.rate)
        return 1 - self.sum_squared_error / self.rows / reference if self.rows and reference else float("nan")

    @property
    def roc_auc(self) -> float:
        """Area under the ROC curve of the binned predictions, ties counted half; NaN when only one class came."""
        negatives, positives = np.array(self.negatives_by_bin), np.array(self.positives_by_bin)
        pairs = negatives.sum() * positives.sum()
        below = np.cumsum(negatives) - negatives / 2
        return float((positives * below).sum() / pairs) if pairs else float("nan")

    def to_json(self) -> dict[str, Any]:
        """A JSON object that `from_json` reads back equal."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}
        return cls(**values)


def _added(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(add, first, second))
