"""What forecasts were worth: several forecasters on the same labelled records, over a span and by month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.core.tasks import Task


@dataclass(frozen=True, kw_only=True)
class TrackRecord:
    """Labelled records of a span of nights, and what each forecaster had said of them.

    `days` datetime64[D] (n,), `y` labels (n,), `forecasts` (n,) or (n, k) by the forecaster's name.
    """

    days: NDArray[np.datetime64]
    y: NDArray[np.float64]
    forecasts: Mapping[str, NDArray[np.float64]]

    def whole(self, task: Task) -> dict[str, dict[str, Any]]:
        """Every forecaster's figures over all rows, acting at the threshold that the costs imply."""
        return {name: task.summary(self.y, p, task.default_threshold) for name, p in self.forecasts.items()}

    def by_month(self, task: Task) -> list[dict[str, Any]]:
        """One row per month and forecaster, the months in order."""
        return [
            {"month": month, "forecaster": name, **task.summary(self.y[rows], p[rows], task.default_threshold)}
            for month, rows in self._months()
            for name, p in self.forecasts.items()
        ]

    def _months(self) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        months = self.days.astype("datetime64[M]")
        for month in np.unique(months):
            yield str(month), months == month
