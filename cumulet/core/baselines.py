"""Forecasts without a model: what any model must beat to be worth its keep.

`targets` have shape (n,), or (n, k) with a column per class (`Task.targets`); forecasts have the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.contracts.errors import ContractError
from cumulet.core.schema import Columns, rows
from cumulet.core.usecase import Baseline, UseCase

Floats = NDArray[np.float64]


def forecast(use_case: UseCase, baseline: Baseline, train: tuple[Columns, Floats], judge: Columns) -> Floats:
    """Forecasts by a baseline that looks at columns only; `train` are the columns and labels (n,) it learns from.

    Raises ContractError for a kind that there is not.
    """
    columns, y = train
    targets = use_case.task.targets(y)
    if baseline.kind == "prior":
        return prior(targets, rows(judge))
    if baseline.kind == "mean":
        keys = [[use_case.column(table, name) for name in baseline.keys] for table in (columns, judge)]
        return group_means(keys[0], targets, keys[1], baseline.strength)
    if baseline.kind == "column":
        return column(use_case.column(judge, baseline.keys[0]), targets)
    raise ContractError(f"baseline {baseline.name}: kind {baseline.kind!r}; there are prior, mean, linear and column")


def prior(targets: Floats, rows: int) -> Floats:
    """The training mean (rate, shares) for every one of so many rows."""
    return np.tile(targets.mean(axis=0), (rows, *[1] * (targets.ndim - 1)))


def group_means(
    train: Sequence[NDArray[Any]], targets: Floats, judge: Sequence[NDArray[Any]], strength: float = 20.0
) -> Floats:
    """The training mean of each row's group (the combination of several keys), shrunk to the prior.

    `train` and `judge` hold one array of keys, shape (n,), per part of the group. A group of n rows with the sum s
    says (s + strength · prior) / (n + strength); an unseen group says the prior.
    """
    mean = targets.mean(axis=0)
    code_of: dict[tuple[Any, ...], int] = {}
    codes = [code_of.setdefault(key, len(code_of)) for key in _keys(train)]
    sums = np.zeros((len(code_of) + 1, *targets.shape[1:]))
    np.add.at(sums, codes, targets)
    counts = np.bincount(codes, minlength=len(sums)).reshape(-1, *[1] * (targets.ndim - 1))
    means = (sums + strength * mean) / (counts + strength)
    return np.asarray(means[[code_of.get(key, len(code_of)) for key in _keys(judge)]], np.float64)


def column(values: NDArray[Any], targets: Floats) -> Floats:
    """A column that is a forecast itself (last week's same hour); where it is missing, the prior."""
    return np.where(np.isnan(values), targets.mean(), values).astype(np.float64)


def _keys(parts: Sequence[NDArray[Any]]) -> list[tuple[Any, ...]]:
    return list(zip(*(part.tolist() for part in parts), strict=True))
