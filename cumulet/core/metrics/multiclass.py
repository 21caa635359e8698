"""Metrics of a classifier of several classes. `y` is the class's index (n,), `p` its probabilities (n, k)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def _pair(y: ArrayLike, p: ArrayLike) -> tuple[NDArray[np.int64], Floats]:
    labels, predictions = np.asarray(y).astype(np.int64), np.asarray(p, np.float64)
    if predictions.ndim != 2 or labels.shape != predictions.shape[:1]:
        raise ValueError(f"expected arrays of shape (n,) and (n, k), got {labels.shape} and {predictions.shape}")
    return labels, predictions


def hits(y: ArrayLike, p: ArrayLike) -> Floats:
    """1 where the likeliest class is the label, else 0, shape (n,)."""
    labels, predictions = _pair(y, p)
    return (predictions.argmax(axis=1) == labels).astype(np.float64) if len(labels) else np.zeros(0)


def accuracy(y: ArrayLike, p: ArrayLike) -> float:
    """Share of rows whose likeliest class is the label.

    >>> accuracy([0, 2], [[0.6, 0.3, 0.1], [0.1, 0.7, 0.2]])
    0.5
    """
    right = hits(y, p)
    return float(right.mean()) if len(right) else float("nan")


def macro_f1(y: ArrayLike, p: ArrayLike) -> float:
    """F1 of each class that occurs in the labels, averaged: a rare class weighs as much as a frequent one."""
    labels, predictions = _pair(y, p)
    if not len(labels):
        return float("nan")
    said, k = predictions.argmax(axis=1), predictions.shape[1]
    right = np.bincount(labels[said == labels], minlength=k)
    actual, claimed = np.bincount(labels, minlength=k), np.bincount(said, minlength=k)
    return float(np.mean(2 * right[actual > 0] / (actual + claimed)[actual > 0]))


def log_loss(y: ArrayLike, p: ArrayLike) -> float:
    """Mean negative log-likelihood in nats; probabilities are kept 1e-15 away from 0."""
    labels, predictions = _pair(y, p)
    if not len(labels):
        return float("nan")
    return float(-np.mean(np.log(np.clip(predictions[np.arange(len(labels)), labels], 1e-15, 1))))


def cost_per_record(y: ArrayLike, p: ArrayLike, threshold: float, *, wrong: float, refer: float) -> float:
    """Mean cost when the likeliest class is taken from a confidence of `threshold` on, and a person asked below it."""
    right, confidence = hits(y, p), np.max(np.asarray(p, np.float64), axis=1, initial=0.0)
    costs = np.where(confidence >= threshold, wrong * (1 - right), refer)
    return float(costs.mean()) if len(right) else float("nan")
