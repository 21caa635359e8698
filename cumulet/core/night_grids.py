"""Sums of label rows over windows of many nights at once: a grid of nights by keys, and the rates that it gives.

A window is the difference of two running sums, which is exact for whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.core.schema import Columns
from cumulet.core.specs import Rate

Ints = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Arrivals:
    """When the label rows of a span of nights became known, the nights counted from its first one."""

    known: Ints
    """The night of each row."""
    counts_from: Ints
    """The night from which on it counts."""
    span: int
    ends: Ints
    """Of every night that is asked for, the one after it."""


def window_rates(
    spec: Rate, counts: Grid, totals: Grid, nights: slice
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Of every window the rates by night and key, and the prior of each night, which stands for unknown keys."""
    present = counts.window(max(spec.windows), nights)
    n = present.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        prior = np.where(n > 0, totals.window(max(spec.windows), nights).sum(axis=1) / n, np.nan)
        for window in spec.windows:
            total, count = (grid.window(window, nights) for grid in (totals, counts))
            rate = (total + (spec.strength * prior)[:, None]) / (count + spec.strength)
            rate[np.isnan(rate)] = np.nan  # 0 / 0 has another sign
            yield np.where(present > 0, rate, prior[:, None]).astype(np.float32), prior.astype(np.float32)


def counts_from(labels: Columns, known: Ints, nights: int) -> Ints:
    """The night from which on each label row counts: its own, or, when its record's outcome was sent before, the first
    night that does not look back on that any more."""
    ids = labels["id"].tolist() if "id" in labels else []
    if len(set(ids)) == len(ids):
        return known
    found, before = known.copy(), dict[str, int]()
    for row in np.lexsort((-np.arange(len(known)), known)).tolist():
        if ids[row] in before:
            found[row] = max(known[row], before[ids[row]] + nights)
        before[ids[row]] = int(known[row])
    return found


class Grid:
    """Sums of the weights (None: 1 each) of some label rows, by the night they became known and by key."""

    def __init__(
        self, arrivals: Arrivals, counted: Ints, codes: Ints, size: int, weights: NDArray[np.float64] | None
    ) -> None:
        known, start, span = arrivals.known[counted], arrivals.counts_from[counted], arrivals.span
        usual = known == start
        cell, given = (known + 1) * size + codes, weights
        if not usual.all():
            cell, given = cell[usual], None if weights is None else weights[usual]
        self._running = np.bincount(cell, given, (span + 1) * size).reshape(span + 1, size)
        np.cumsum(self._running, axis=0, out=self._running)
        self._ends = arrivals.ends
        late = np.flatnonzero(~usual & (start < span))
        self._late = known[late], start[late], codes[late], np.ones(len(late)) if weights is None else weights[late]

    def window(self, window: int, nights: slice) -> NDArray[Any]:
        """The sum over the last nights, for every one of some nights and every key, shape (nights, keys)."""
        ends = self._ends[nights]
        found: NDArray[Any] = self._running[ends] - self._running[np.maximum(ends - window, 0)]
        return found + self._resent(window)[ends - 1] if len(self._late[0]) else found

    def _resent(self, window: int) -> NDArray[np.float64]:
        """The same for the rows that do not count from their own night on, for every night from the first."""
        known, start, codes, weights = self._late
        counts = start < known + window
        steps = np.zeros((len(self._running) + window, self._running.shape[1]))
        np.add.at(steps, (start[counts], codes[counts]), weights[counts])
        np.subtract.at(steps, (known[counts] + window, codes[counts]), weights[counts])
        return np.cumsum(steps, axis=0)
