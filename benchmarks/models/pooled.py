"""Metrics as functions of sums over rows: a thousand samples of days are then one product of two matrices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cumulet.core.metrics import multiclass
from cumulet.core.tasks import Binary, MultiClass, Regression, Task

Floats = NDArray[np.float64]
BINS = 10
"""Of the calibration error, as in `cumulet.core.metrics.binary.ece`."""


@dataclass(frozen=True)
class Pooled:
    """`sums` (m,) of some rows' labels and forecasts add up over days; `metric` (…) is computed from sums (…, m)."""

    sums: Callable[[Task, Floats, Floats], Floats]
    metric: Callable[[Floats], Floats]


def _squares(task: Task, y: Floats, p: Floats) -> Floats:
    targets = task.targets(y).reshape(len(y), -1)
    errors = p.reshape(targets.shape) - targets
    return np.array([len(y), (targets**2).sum(), (errors**2).sum(), *targets.sum(axis=0)])


def _skill(sums: Floats) -> Floats:
    spread = sums[..., 1] - (sums[..., 3:] ** 2).sum(axis=-1) / sums[..., 0]
    return np.asarray(1 - sums[..., 2] / spread)


def _ranks(task: Task, y: Floats, p: Floats) -> Floats:
    own = task.own_sums(y, p)
    return np.array([own["negatives_by_bin"], own["positives_by_bin"]], np.float64).ravel()


def _roc_auc(sums: Floats) -> Floats:
    negatives, positives = np.split(sums, 2, axis=-1)
    below = np.cumsum(negatives, axis=-1) - negatives / 2
    return np.asarray((positives * below).sum(axis=-1) / (positives.sum(axis=-1) * negatives.sum(axis=-1)))


def _gaps(task: Task, y: Floats, p: Floats) -> Floats:
    came, said = (multiclass.hits(y, p), task.level(p)) if isinstance(task, MultiClass) else (y, p)
    index = np.minimum((said * BINS).astype(int), BINS - 1)
    return np.array([len(y), *np.bincount(index, said - came, BINS)])


def _ece(sums: Floats) -> Floats:
    return np.asarray(np.abs(sums[..., 1:]).sum(axis=-1) / sums[..., 0])


def _right(task: Task, y: Floats, p: Floats) -> Floats:
    return multiclass.hits(y, p) if isinstance(task, MultiClass) else ((p >= 0.5) == (y > 0.5)).astype(np.float64)


def _acts(task: Task, p: Floats) -> NDArray[np.bool_]:
    return np.asarray(p >= (task.default_threshold or 0.0))


def _ratio(above: Callable[[Task, Floats, Floats], Floats], below: Callable[[Floats], Floats]) -> Pooled:
    """Σ above / Σ below."""
    return Pooled(
        lambda task, y, p: np.array([above(task, y, p).sum(), below(y).sum()]),
        lambda sums: sums[..., 0] / np.where(sums[..., 1] > 0, sums[..., 1], np.nan),
    )


SKILL, ROC_AUC, ECE = Pooled(_squares, _skill), Pooled(_ranks, _roc_auc), Pooled(_gaps, _ece)
ACCURACY = _ratio(_right, np.ones_like)
BINARY = {
    "roc_auc": ROC_AUC,
    "skill": SKILL,
    "ece": ECE,
    "accuracy": ACCURACY,
    "rate": _ratio(lambda task, y, p: y, np.ones_like),
    "mean_prediction": _ratio(lambda task, y, p: p, np.ones_like),
    "recall": _ratio(lambda task, y, p: y * _acts(task, p), lambda y: y),
    "fpr": _ratio(lambda task, y, p: (1 - y) * _acts(task, p), lambda y: 1 - y),
}
MULTICLASS = {"accuracy": ACCURACY, "skill": SKILL, "ece": ECE}
REGRESSION = {
    "wape": _ratio(lambda task, y, p: np.abs(p - y), np.abs),
    "skill": SKILL,
    "bias": _ratio(lambda task, y, p: p - y, np.abs),
}


def pooled(task: Task) -> dict[str, Pooled]:
    """The metrics of a task that have intervals, by name. `recall` and `fpr` are at the threshold that costs imply."""
    return {Binary: BINARY, MultiClass: MULTICLASS, Regression: REGRESSION}[type(task)]
