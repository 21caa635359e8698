"""A plain table as a matrix: numbers as they are, moments in their parts, categories as what was known of their labels.

For use cases that need nothing of their own; one with ideas writes its transform itself, as `usecases/flights` does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cumulet.core import calendar
from cumulet.core.keys import row_keys
from cumulet.core.schema import Columns, matrix, rows
from cumulet.core.tasks import MultiClass, Task

STRENGTH = 20.0
"""A category's mean is shrunk to the mean of all, as if so many more rows had shown that."""
PARTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "hour": calendar.hour,
    "weekday": calendar.weekday,
    "month": calendar.month,
}


@dataclass(frozen=True, kw_only=True)
class Tabular:
    """Which columns of a table the matrix is made of; `passed_on` are columns that are features already (context)."""

    task: Task
    numbers: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()
    passed_on: tuple[str, ...] = ()

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the matrix's columns."""
        parts = tuple(f"{name}_{part}" for name in self.moments for part in PARTS)
        means = tuple(f"{name}{suffix}" for name in self.categories for suffix in self._suffixes)
        return (*self.numbers, *parts, *means, *self.passed_on)

    def fit_state(self, columns: Columns, y: np.ndarray) -> dict[str, Any]:
        """The mean label (of several classes: the share of each) of every category, and of all; `y` (n,) is known."""
        targets = self.task.targets(y).reshape(len(y), -1)
        prior = targets.mean(axis=0)
        means = {name: self._means(columns[name], targets, prior) for name in self.categories}
        return {"prior": prior.tolist(), "means": means}

    def transform(self, columns: Columns, state: dict[str, Any]) -> np.ndarray:
        """The matrix (n, len(feature_names)), float32; a category never seen has the mean of all."""
        n, prior = rows(columns), state["prior"]
        parts = [columns[name] for name in self.numbers]
        parts += [_part(columns[name], part) for name in self.moments for part in PARTS.values()]
        for name in self.categories:
            means = state["means"][name]
            found = np.array([means.get(key, prior) for key in row_keys([columns[name]], n)]).reshape(n, len(prior))
            parts += list(found.T)
        parts += [columns[name] for name in self.passed_on]
        return matrix(parts, n)

    @property
    def _suffixes(self) -> tuple[str, ...]:
        """One mean label, or a share per class: the last follows from the others."""
        return tuple(f" → {name}" for name in self.task.classes) if isinstance(self.task, MultiClass) else (" mean",)

    def _means(self, column: np.ndarray, targets: np.ndarray, prior: np.ndarray) -> dict[str, list[float]]:
        keys = row_keys([column], len(targets))
        names = sorted(set(keys) - {""})
        place = {name: n for n, name in enumerate(names)}
        known = np.array([key != "" for key in keys], bool)
        codes = np.array([place[key] for key in keys if key], np.int64)
        sums = np.zeros((len(names), targets.shape[1]))
        np.add.at(sums, codes, targets[known])
        counts = np.bincount(codes, minlength=len(names)).reshape(-1, 1)
        means = (sums + STRENGTH * prior) / (counts + STRENGTH)
        return dict(zip(names, means.tolist(), strict=True))


def _part(at: np.ndarray, part: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """A part of moments (n,), NaN where one is missing."""
    return np.where(np.isnat(at), np.nan, part(at))
