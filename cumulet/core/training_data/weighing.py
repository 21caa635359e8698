"""How a use case declares what its rows count when a candidate is fitted: one weighing, or several multiplied.

    fit_rows=FitRows(weights=together(by_class({1.0: 2.0}), by_age("sched_dep", half_life_days=60)))

Judging is never weighted: a weighing is worth what the backtest says of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cumulet.core.fit_rows import Weighing
from cumulet.core.schema import Columns, select
from cumulet.core.training_data.encoding import Encoding
from cumulet.core.training_data.shift import by_classifier
from cumulet.core.training_data.weights import Weigh, Weights, class_weights, clip, normalised

__all__ = ["Weighing", "by_age", "by_class", "together", "toward_latest", "weighed"]

Floats = NDArray[np.float64]
LIMIT = 20.0
"""Products of weights are cut at so many times their mean."""


def by_class(given: Weigh | str = "balanced") -> Weighing:
    """Weights by class; what they do to probabilities: `class_weights`."""
    words = f"classes {given}" if isinstance(given, str) else ", ".join(f"class {c:g}: {w:g}" for c, w in given.items())
    return Weighing(words, lambda columns, y: class_weights(y, given))


def by_age(time: str, half_life_days: float) -> Weighing:
    """A row `half_life_days` older, by the moment in column `time`, counts half as much."""

    def weigh(columns: Columns, y: Floats) -> Weights:
        age = _age(columns, time)
        return normalised(0.5 ** (age / half_life_days))

    return Weighing(f"half as much every {half_life_days:g} days back", weigh)


def toward_latest(time: str, days: int, names: Sequence[str], limit: float = 10.0) -> Weighing:
    """Importance weights: rows count until columns `names` are distributed as in the last `days` days.

    The target are the latest rows among those that are fitted on, by the moment in column `time`: of a snapshot its
    last days with labels, of a fold those before the days that it is judged on, so nothing looks ahead. Name what may
    move without changing how labels follow from it (covariate shift); a column that tells the date by itself, like a
    night's weather, would leave the last days alone. Weights are cut at `limit` times their mean.
    Method and source: `shift.by_classifier`.
    """

    def weigh(columns: Columns, y: Floats) -> Weights:
        _require(columns, names)
        latest = select(columns, np.flatnonzero(_age(columns, time) < days))
        encoding = Encoding.learn(columns, names)
        return clip(by_classifier(encoding.matrix(columns), encoding.matrix(latest)), limit).weights

    return Weighing(f"until {', '.join(names)} look like the last {days} days", weigh)


def together(*weighings: Weighing, limit: float = LIMIT) -> Weighing:
    """The product of several, cut at `limit` times its mean."""

    def weigh(columns: Columns, y: Floats) -> Weights:
        product = np.ones(len(y))
        for each in weighings:
            product = product * each.of(columns, y)
        return clip(product, limit).weights

    return Weighing("; times ".join(each.words for each in weighings), weigh)


def weighed(weighing: Weighing | None, columns: Columns, y: Floats) -> Weights | None:
    """The weights of a declaration, of mean 1; None without one.

    Raises ValueError when it is no weighing, or does not give weights of these rows.
    """
    if weighing is None:
        return None
    if not isinstance(weighing, Weighing):
        raise ValueError(f"{weighing!r} is no weighing: give by_class(), by_age(…), toward_latest(…) or a Weighing")
    found = np.asarray(weighing.of(columns, y), np.float64)
    if found.shape != y.shape:
        raise ValueError(f"weights of shape {found.shape} for {len(y)} rows: give one weight per row")
    return normalised(found)


def _age(columns: Columns, time: str) -> Floats:
    """Whole days before the latest row (n,)."""
    _require(columns, (time,))
    days = columns[time].astype("datetime64[D]")
    return (days.max() - days).astype(np.float64) if len(days) else np.zeros(0)


def _require(columns: Columns, names: Sequence[str]) -> None:
    absent = [name for name in names if name not in columns]
    if absent:
        raise ValueError(f"there is no column {', '.join(absent)} to weigh by; there are {', '.join(columns)}")
