"""What a row counts: by its class, by how likely production is to show it, and what such weights cost.

Every function gives weights of shape (n,), finite, not negative, of mean 1: what a fit takes as `sample_weight`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64]
Weigh = Mapping[float, float]
"""A weight for every class; classes that are not named count 1."""


def class_weights(y: NDArray[np.float64], given: Weigh | str = "balanced") -> Weights:
    """Weights by class: "balanced" (each class counts alike in all), or those given.

    They move a model's probabilities: with balanced classes the mean prediction is near 1/k whatever the rate is. Where
    costs decide, a threshold on calibrated probabilities does the same without that harm (Elkan, 2001).
    Source: King, Zeng (2001), Logistic regression in rare events data, Political Analysis 9(2).
    Raises ValueError for classes that are not there or weights that are not positive.
    """
    classes, positions, counts = np.unique(y, return_inverse=True, return_counts=True)
    if isinstance(given, str):
        if given != "balanced":
            raise ValueError(f"class weights {given!r}: give 'balanced' or a weight per class")
        per_class = len(y) / (len(classes) * counts)
    else:
        absent = sorted(set(given) - set(classes.tolist()))
        if absent or not all(np.isfinite(w) and w > 0 for w in given.values()):
            raise ValueError(f"class weights {dict(given)}: give positive weights of {classes.tolist()}")
        per_class = np.array([given.get(value, 1.0) for value in classes.tolist()], np.float64)
    return normalised(per_class[positions])


def normalised(weights: Weights) -> Weights:
    """The same weights with mean 1. Raises ValueError when none is positive."""
    total = float(weights.sum())
    if not (np.isfinite(total) and total > 0 and (weights >= 0).all()):
        raise ValueError("weights must be finite, not negative, and not all of them 0")
    return np.asarray(weights * (len(weights) / total), np.float64)


def effective_size(weights: Weights) -> float:
    """How many unweighted rows say as much: (Σw)² / Σw², from 1 to n.

    Source: Kish (1965), Survey Sampling, § 11.7.

    >>> effective_size(np.array([1.0, 1.0, 0.0, 0.0]))
    2.0
    """
    return float(weights.sum() ** 2 / (weights**2).sum())


@dataclass(frozen=True, kw_only=True)
class Clipping:
    """What clipping did: weights (n,) of mean 1, and its price."""

    weights: Weights
    limit: float
    """In units of the mean weight."""
    clipped: float
    """Share of the rows that had more."""
    mass: float
    """Share of all weight that was taken off: this much of the shift is no longer corrected."""
    size_before: float
    size: float
    """Effective sample sizes."""


def clip(weights: Weights, limit: float = 10.0) -> Clipping:
    """Weights cut so that none is more than `limit` times the mean of what is left: less variance, some bias back.

    Cut once at `limit` times the mean of before, one weight in front of a hundred small ones would still outweigh them
    all. Where fewer than one row in `limit` has any weight, those rows weigh alike.
    Source: Ionides (2008), Truncated importance sampling, J. Comput. Graph. Stat. 17(2).
    """
    whole = normalised(weights)
    height = _height(whole, limit)
    cut = np.minimum(whole, height)
    return Clipping(
        weights=normalised(cut),
        limit=limit,
        clipped=float(np.mean(whole > height)),
        mass=float(1 - cut.sum() / whole.sum()),
        size_before=effective_size(whole),
        size=effective_size(cut),
    )


def _height(weights: Weights, limit: float) -> float:
    """The largest height with which cutting at it leaves nothing above `limit` times the mean."""
    falling = np.sort(weights)[::-1]
    positive = falling[falling > 0]
    if limit * len(positive) <= len(falling):
        return float(positive[-1])
    uncut = np.cumsum(falling[::-1])[::-1]
    room = len(falling) - limit * np.arange(len(falling))
    heights = np.divide(limit * uncut, room, out=np.zeros_like(falling), where=room > 0)
    return float(heights[np.argmax((room > 0) & (falling <= heights * (1 + 1e-12)))])
