"""How a use case declares what its rows count: a function of rows and labels, composed of a few.

    weights=together(by_class({1.0: 2.0}), by_age("sched_dep", half_life_days=60))

The hook is `Weighing`: columns with context and labels in, weights (n,) of mean 1 out, for a fit's `sample_weight`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cumulet.core.schema import Columns
from cumulet.core.training_data.weights import Weigh, Weights, class_weights, clip, normalised

Weighing = Callable[[Columns, NDArray[np.float64]], Weights]
LIMIT = 20.0


def by_class(given: Weigh | str = "balanced") -> Weighing:
    """Weights by class; what they do to probabilities: `class_weights`."""
    return lambda columns, y: class_weights(y, given)


def by_age(time: str, half_life_days: float) -> Weighing:
    """A row `half_life_days` older, by the moment in column `time`, counts half as much."""

    def weigh(columns: Columns, y: NDArray[np.float64]) -> Weights:
        days = columns[time].astype("datetime64[D]")
        age = (days.max() - days).astype(np.float64) if len(days) else np.zeros(0)
        return normalised(0.5 ** (age / half_life_days))

    return weigh


def together(*weighings: Weighing, limit: float = LIMIT) -> Weighing:
    """The product of several, no row more than `limit` mean rows."""

    def weigh(columns: Columns, y: NDArray[np.float64]) -> Weights:
        product = np.ones(len(y))
        for each in weighings:
            product = product * each(columns, y)
        return clip(product, limit).weights

    return weigh


def weighed(weighing: Weighing | None, columns: Columns, y: NDArray[np.float64]) -> Weights | None:
    """The weights of a declaration, None without one. Raises ValueError when they are not weights of these rows."""
    if weighing is None:
        return None
    found = np.asarray(weighing(columns, y), np.float64)
    if found.shape != y.shape:
        raise ValueError(f"weights of shape {found.shape} for {len(y)} rows: give one weight per row")
    return normalised(found)
