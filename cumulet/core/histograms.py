"""Two columns side by side in the same bins, as people look at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Histogram:
    """Shares of two columns in the same bins: between `edges`, or one for each of `values`."""

    name: str
    edges: tuple[float, ...] = ()
    values: tuple[str, ...] = ()
    before: tuple[float, ...]
    after: tuple[float, ...]


BINS, CATEGORIES, TAIL = 24, 12, 0.005


def histogram(name: str, before: NDArray[Any], after: NDArray[Any]) -> Histogram:
    """Both columns in equal bins over their common range without the outermost half percent, or by their commonest
    texts; missing values are left out."""
    if before.dtype.kind == "O":
        return _bars(name, before, after)
    present = [column[np.isfinite(column)].astype(np.float64) for column in (before, after)]
    both = np.concatenate(present)
    low, high = np.quantile(both, [TAIL, 1 - TAIL]) if len(both) else (0.0, 1.0)
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    counts = [np.histogram(np.clip(column, edges[0], edges[-1]), edges)[0] / max(len(column), 1) for column in present]
    return Histogram(
        name=name, edges=tuple(edges.tolist()), before=tuple(counts[0].tolist()), after=tuple(counts[1].tolist())
    )


def _bars(name: str, before: NDArray[Any], after: NDArray[Any]) -> Histogram:
    found = [_counts(column) for column in (before, after)]
    total = {value: sum(counts.get(value, 0.0) for counts in found) for value in sorted({*found[0], *found[1]})}
    values = tuple(sorted(total, key=lambda value: -total[value])[:CATEGORIES])
    shares = [tuple(counts.get(value, 0.0) for value in values) for counts in found]
    return Histogram(name=name, values=values, before=shares[0], after=shares[1])


def _counts(column: NDArray[Any]) -> dict[str, float]:
    values, counts = np.unique(column[column != None].astype(str), return_counts=True)  # noqa: E711 - element by element
    return dict(zip(values.tolist(), (counts / max(counts.sum(), 1)).tolist(), strict=True))
