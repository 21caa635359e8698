"""Forecasts without a model: what any model must beat to be worth its keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def prior(y: Floats, rows: int) -> Floats:
    """The training rate for every one of so many rows, shape (rows,)."""
    return np.full(rows, y.mean())


def group_rates(
    train: Sequence[NDArray[Any]], y: Floats, judge: Sequence[NDArray[Any]], strength: float = 20.0
) -> Floats:
    """The training rate of each row's group (the combination of several keys), shrunk to the prior.

    `train` and `judge` hold one array of keys, shape (n,), per part of the group. A group of n rows with k positives
    says (k + strength · prior) / (n + strength); an unseen group says the prior.
    """
    mean = float(y.mean())
    sums: dict[tuple[Any, ...], list[float]] = {}
    for key, label in zip(_keys(train), y.tolist(), strict=True):
        entry = sums.setdefault(key, [0.0, 0.0])
        entry[0] += label
        entry[1] += 1
    rates = {key: (k + strength * mean) / (n + strength) for key, (k, n) in sums.items()}
    return np.array([rates.get(key, mean) for key in _keys(judge)], np.float64)


def _keys(parts: Sequence[NDArray[Any]]) -> list[tuple[Any, ...]]:
    return list(zip(*(part.tolist() for part in parts), strict=True))
