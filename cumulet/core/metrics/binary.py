"""Metrics of a binary classifier. `y` is 0 or 1, `p` the probability of 1, both of shape (n,).

A metric that is not defined (a ranking of one class only, no rows) is NaN, never an error: a quiet day is not a bug.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def _pair(y: ArrayLike, p: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    labels, predictions = np.asarray(y, np.float64), np.asarray(p, np.float64)
    if labels.shape != predictions.shape or labels.ndim != 1:
        raise ValueError(f"expected two arrays of shape (n,), got {labels.shape} and {predictions.shape}")
    return labels, predictions


def _cuts(y: ArrayLike, p: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Distinct predictions, descending, with the true and the false alarms at `p >= prediction`."""
    labels, predictions = _pair(y, p)
    order = np.argsort(-predictions, kind="stable")
    labels, predictions = labels[order], predictions[order]
    last = np.flatnonzero(np.diff(predictions, append=np.nan))  # NaN differs from all: the last row is a cut
    hits = np.cumsum(labels)[last]
    return predictions[last], hits, last + 1.0 - hits


def roc_auc(y: ArrayLike, p: ArrayLike) -> float:
    """Area under the ROC curve: the chance that a positive ranks above a negative, ties counted half.

    >>> roc_auc([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8])
    0.875
    """
    _, hits, alarms = _cuts(y, p)
    if not len(hits) or hits[-1] == 0 or alarms[-1] == 0:
        return float("nan")
    return float(np.trapezoid(np.append(0, hits), np.append(0, alarms)) / (hits[-1] * alarms[-1]))


def pr_auc(y: ArrayLike, p: ArrayLike) -> float:
    """Average precision: precision weighted by the step in recall (no interpolation)."""
    _, hits, alarms = _cuts(y, p)
    if not len(hits) or hits[-1] == 0:
        return float("nan")
    return float(np.sum(np.diff(np.append(0, hits)) * hits / (hits + alarms)) / hits[-1])


def brier(y: ArrayLike, p: ArrayLike) -> float:
    """Mean squared error of the probability. Source: Brier (1950), Monthly Weather Review 78(1)."""
    labels, predictions = _pair(y, p)
    return float(np.mean((predictions - labels) ** 2)) if len(labels) else float("nan")


def log_loss(y: ArrayLike, p: ArrayLike) -> float:
    """Mean negative log-likelihood in nats; probabilities are kept 1e-15 away from 0 and 1."""
    labels, predictions = _pair(y, p)
    if not len(labels):
        return float("nan")
    predictions = np.clip(predictions, 1e-15, 1 - 1e-15)
    return float(-np.mean(labels * np.log(predictions) + (1 - labels) * np.log1p(-predictions)))


def ece(y: ArrayLike, p: ArrayLike, bins: int = 10) -> float:
    """Expected calibration error over bins of equal width: mean |mean p − rate|, weighted by rows.

    Source: Naeini, Cooper, Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian binning, AAAI.
    """
    labels, predictions = _pair(y, p)
    if not len(labels):
        return float("nan")
    index = np.minimum((predictions * bins).astype(int), bins - 1)
    return float(np.sum(np.abs(np.bincount(index, predictions - labels, bins))) / len(labels))


def cost_per_record(y: ArrayLike, p: ArrayLike, threshold: float, *, miss: float, false_alarm: float) -> float:
    """Mean cost of acting when `p >= threshold`: `miss` for each positive let go, `false_alarm` for each in vain."""
    labels, predictions = _pair(y, p)
    act = predictions >= threshold
    return float(np.mean(np.where(act, false_alarm * (1 - labels), miss * labels))) if len(labels) else float("nan")


def best_threshold(y: ArrayLike, p: ArrayLike, *, miss: float, false_alarm: float) -> float:
    """The threshold (act when `p >= threshold`) of least cost on these rows; 1 or more means never to act."""
    values, hits, alarms = _cuts(y, p)
    if not len(values):
        return false_alarm / (miss + false_alarm)
    costs = np.append(0, alarms) * false_alarm + (hits[-1] - np.append(0, hits)) * miss
    return float(np.append(np.nextafter(max(values[0], 1.0), 2.0), values)[np.argmin(costs)])
