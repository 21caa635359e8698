"""Intervals over days: rows of one day resemble each other, so whole days are drawn again, not rows.

The cluster bootstrap with percentile intervals. Sources: Davison, Hinkley (1997), Bootstrap Methods and their
Application, section 3.8; Field, Welsh (2007), Bootstrapping clustered data, J. R. Statist. Soc. B 69(3); the percentile
interval: Efron, Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.

Models are not fitted again: the interval is about the days that were judged on, not about the luck of a fit. Days are
drawn as if independent of each other. A metric that cannot be negative (ECE) is drawn towards larger values.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Interval = tuple[float, float]
REPLICATES, SEED, LEVEL = 1_000, 7, 0.95


@cache
def draws(days: int, replicates: int = REPLICATES, seed: int = SEED) -> Floats:
    """How often each day is in a sample of as many days, drawn with replacement: (replicates, days)."""
    generator = np.random.default_rng(seed)
    return generator.multinomial(days, np.full(days, 1 / days), replicates).astype(np.float64)


def resampled(sums: Floats, metric: Callable[[Floats], Floats]) -> Floats:
    """The metric of every sample of days, (replicates,), of the days' sums (days, m).

    As many days are always drawn the same way: metrics of two models on the same days may be subtracted, sample by
    sample.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(metric(draws(len(sums)) @ sums), np.float64)


def interval(values: Floats, level: float = LEVEL) -> Interval:
    """The percentile interval of a metric's samples (replicates,); those where it is not defined (NaN) are left out."""
    low, high = np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
