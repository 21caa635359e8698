"""What forecasts were worth: several forecasters on the same labelled records, over a span and by month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.core import metrics
from cumulet.core.usecase import CostMatrix

FIGURES = ("rows", "rate", "mean_prediction", "roc_auc", "pr_auc", "brier_skill", "ece", "cost", "recall", "precision")


@dataclass(frozen=True, kw_only=True)
class TrackRecord:
    """Labelled records of a span of nights, and what each forecaster had said of them.

    `days` datetime64[D] (n,), `y` 0 or 1 (n,), `forecasts` probabilities (n,) by the forecaster's name.
    """

    days: NDArray[np.datetime64]
    y: NDArray[np.float64]
    forecasts: Mapping[str, NDArray[np.float64]]

    def whole(self, cost: CostMatrix) -> dict[str, dict[str, Any]]:
        """Every forecaster's figures over all rows."""
        return {name: _figures(self.y, p, cost) for name, p in self.forecasts.items()}

    def by_month(self, cost: CostMatrix) -> list[dict[str, Any]]:
        """One row per month and forecaster, the months in order."""
        return [
            {"month": month, "forecaster": name, **_figures(self.y[rows], p[rows], cost)}
            for month, rows in self._months()
            for name, p in self.forecasts.items()
        ]

    def _months(self) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        months = self.days.astype("datetime64[M]")
        for month in np.unique(months):
            yield str(month), months == month


def _figures(y: NDArray[np.float64], p: NDArray[np.float64], cost: CostMatrix) -> dict[str, Any]:
    """As `metrics.summary`; acting at the threshold that the costs make best for calibrated probabilities."""
    whole = metrics.summary(y, p, cost.threshold, miss=cost.miss, false_alarm=cost.false_alarm)
    return {name: whole[name] for name in FIGURES}
