"""Categories as numbers: the mean label of each, shrunk to the mean of all, which is also that of one never seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.core.keys import row_keys
from cumulet.core.schema import Columns, rows, select


def shrunk_means(keys: Sequence[str], y: NDArray[np.float64], strength: float) -> dict[str, float]:
    """Each key's mean of `y` (n,), as if `strength` more rows had shown that of all; the key "" (missing) has none.

    Source: Micci-Barreca (2001), A preprocessing scheme for high-cardinality categorical attributes, SIGKDD Expl. 3(1).

    >>> shrunk_means(["a", "a", "b"], np.array([1.0, 1.0, 0.0]), strength=2)["a"] > 0.8
    True
    """
    prior = float(y.mean())
    sums: dict[str, tuple[int, float]] = {}
    for key, label in zip(keys, y.tolist(), strict=True):
        n, total = sums.get(key, (0, 0.0))
        sums[key] = n + 1, total + label
    sums.pop("", None)
    return {key: (total + strength * prior) / (n + strength) for key, (n, total) in sorted(sums.items())}


def encoded(keys: Sequence[str], means: Mapping[str, float], prior: float) -> NDArray[np.float64]:
    """The mean of every key, `prior` where there is none, shape (n,)."""
    return np.array([means.get(key, prior) for key in keys], np.float64)


@dataclass(frozen=True)
class LearntRates:
    """Fields without an order as features: the shrunk mean label of each value, learnt from a training window."""

    fields: tuple[str, ...]
    strength: float
    """Rows that a value must outweigh."""

    @property
    def names(self) -> tuple[str, ...]:
        """One feature per field, e.g. carrier_rate."""
        return tuple(f"{name}_rate" for name in self.fields)

    def fit_state(self, columns: Columns, y: NDArray[np.float64]) -> dict[str, Any]:
        """The means of a training window, as JSON; `y` (n,) is NaN for rows without a label."""
        known = ~np.isnan(y)
        columns, y = select(columns, known), y[known]
        rates = {name: shrunk_means(row_keys([columns[name]], len(y)), y, self.strength) for name in self.fields}
        return {"prior": float(y.mean()), "rates": rates}

    def features(self, columns: Columns, state: Mapping[str, Any]) -> list[NDArray[np.float64]]:
        """The features in the order of `names`, each (n,)."""
        n, rates = rows(columns), state["rates"]
        return [encoded(row_keys([columns[name]], n), rates[name], state["prior"]) for name in self.fields]
