"""Distances between two binned distributions: effect sizes, because at scale a p-value flags everything.

`expected` and `actual` have shape (bins,), are not negative and each sums to 1. ValueError when the shapes differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cumulet.core.sketches import FeatureSketch, InputSketch


def _pair(expected: ArrayLike, actual: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    first, second = np.asarray(expected, np.float64), np.asarray(actual, np.float64)
    if first.shape != second.shape:
        raise ValueError(f"distributions have different bins: {first.shape} and {second.shape}")
    return first, second


def psi(expected: ArrayLike, actual: ArrayLike, floor: float = 1e-4) -> float:
    """Population stability index in nats, from 0 (identical); empty bins count as `floor`.

    Rule of thumb: below 0.1 stable, above 0.25 shifted. Source: Siddiqi (2006), Credit Risk Scorecards.

    >>> psi([0.5, 0.5], [0.5, 0.5])
    0.0
    """
    first, second = (np.maximum(shares, floor) for shares in _pair(expected, actual))
    return float(np.sum((second - first) * np.log(second / first)))


def jensen_shannon(expected: ArrayLike, actual: ArrayLike) -> float:
    """Jensen-Shannon divergence in bits, from 0 (identical) to 1 (no bin in common).

    Source: Lin (1991), Divergence measures based on the Shannon entropy, IEEE Trans. Inf. Theory 37(1).

    >>> jensen_shannon([1, 0], [0, 1])
    1.0
    """
    first, second = _pair(expected, actual)
    middle = (first + second) / 2
    return max(0.0, (_kullback_leibler(first, middle) + _kullback_leibler(second, middle)) / 2)


def _kullback_leibler(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    positive = p > 0
    return float(np.sum(p[positive] * np.log2(p[positive] / q[positive])))


def kolmogorov_smirnov(expected: ArrayLike, actual: ArrayLike) -> float:
    """Largest gap between the two cumulative distributions over ordered bins, from 0 to 1.

    On bins it is a lower bound of the statistic on the rows. Source: Massey (1951), JASA 46(253).

    >>> kolmogorov_smirnov([1, 0, 0], [0, 0, 1])
    1.0
    """
    first, second = _pair(expected, actual)
    return float(np.max(np.abs(np.cumsum(first) - np.cumsum(second)), initial=0.0))


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How far one feature has moved; shares of missing and unseen are of the current rows."""

    psi: float
    jensen_shannon: float
    kolmogorov_smirnov: float | None
    """None for texts: their bins have no order."""
    missing: float
    unseen: float


def between(reference: FeatureSketch, current: FeatureSketch) -> Drift:
    """Drift of one feature; missing and unseen are bins of their own in psi and jensen_shannon.

    The Kolmogorov-Smirnov statistic is over the rows that have a value. An empty sketch has not moved: all zeros.
    """
    if not current.total:
        return Drift(psi=0.0, jensen_shannon=0.0, kolmogorov_smirnov=None, missing=0.0, unseen=0.0)
    expected, actual = reference.shares, current.shares
    present = [shares[:-2] / max(shares[:-2].sum(), 1e-300) for shares in (expected, actual)]
    return Drift(
        psi=psi(expected, actual),
        jensen_shannon=jensen_shannon(expected, actual),
        kolmogorov_smirnov=None if reference.values else kolmogorov_smirnov(*present),
        missing=float(actual[-2]),
        unseen=float(actual[-1]),
    )


def of_inputs(reference: InputSketch, current: InputSketch) -> dict[str, Drift]:
    """Drift of every feature, by name."""
    return {name: between(sketch, current.features[name]) for name, sketch in reference.features.items()}
