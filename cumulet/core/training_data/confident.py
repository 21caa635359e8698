"""Labels that are probably wrong: where a model that never saw a row is surer of another class than it usually is.

Source: Northcutt, Jiang, Chuang (2021), Confident learning: estimating uncertainty in dataset labels, JAIR 70.
The probabilities must be out of sample (of nights, or cross-fitted): a model that has learnt a wrong label defends it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Classes = NDArray[np.int64]
CLOSE = 1e-6
"""What the model finds as likely as the label, to rounding, is not another class."""


@dataclass(frozen=True)
class LabelErrors:
    """What is suspicious."""

    suspects: NDArray[np.int64]
    """Positions, the most suspicious first."""
    better: Classes
    """The class that the model would give each suspect."""
    joint: Floats
    """(k, k): the estimated share of all rows that have label i and are class j; its diagonal is what is right."""

    @property
    def noise(self) -> float:
        """The estimated share of wrong labels."""
        return float(1 - np.trace(self.joint))


def thresholds(labels: Classes, p: Floats) -> Floats:
    """How sure the model is of each class on average, where that is the label (k,); 1 for a class without a row."""
    return np.array([p[labels == c, c].mean() if (labels == c).any() else 1.0 for c in range(p.shape[1])])


def joint_of(labels: Classes, p: Floats) -> Floats:
    """The joint distribution (k, k) of given label and true class.

    A row counts as the class that reaches its threshold, the surest of several, and not at all when none does; each
    label's row is then brought to its own share.
    """
    classes = p.shape[1]
    confident = np.where(p >= thresholds(labels, p) - CLOSE, p, -1.0)
    counted = confident.max(axis=1) >= 0
    counts = np.zeros((classes, classes))
    np.add.at(counts, (labels[counted], confident.argmax(axis=1)[counted]), 1)
    given = np.bincount(labels, minlength=classes).astype(np.float64)
    empty = counts.sum(axis=1) == 0
    counts[empty, empty] = 1
    joint = counts / counts.sum(axis=1, keepdims=True) * given[:, None]
    return np.asarray(joint / joint.sum(), np.float64)


def find(labels: Classes, p: Floats) -> LabelErrors:
    """Label errors of `labels` (n,), classes 0 … k-1, by out-of-sample probabilities `p` (n, k).

    Of every pair of label and other class as many rows as the joint estimates, those with the largest margin between
    the two probabilities (the paper's "prune by noise rate"), but none whose label the model itself finds likeliest, as
    happens with a class that it is never sure of; ordered by the margin of the best other class.
    Raises ValueError when the shapes or classes do not fit.
    """
    n, classes = p.shape
    if labels.shape != (n,) or (n and not 0 <= labels.min() <= labels.max() < classes):
        raise ValueError(f"labels of shape {labels.shape} are not classes 0 to {classes - 1} of {n} rows")
    joint = joint_of(labels, p)
    wrong = np.zeros(n, bool)
    for given in range(classes):
        rows = np.flatnonzero(labels == given)
        for other in (c for c in range(classes) if c != given and len(rows) > 1):
            count = min(round(joint[given, other] * n), len(rows) - 1)
            margins = p[rows, other] - p[rows, given]
            wrong[rows[np.argsort(-margins, kind="stable")[:count]]] = True
    others = p.copy()
    others[np.arange(n), labels] = -1.0
    margin = others.max(axis=1) - p[np.arange(n), labels]
    suspects = np.flatnonzero(wrong & (margin > CLOSE))
    suspects = suspects[np.argsort(-margin[suspects], kind="stable")]
    return LabelErrors(suspects, others.argmax(axis=1)[suspects], joint)
