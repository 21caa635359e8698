"""Importance weights: training rows weighed until they look like the rows that production will show.

They correct covariate shift, p(x) moved and p(y|x) did not; no weight mends concept drift. Where nothing moved they
only cost: look at the effective sample size before a fit uses them.
Source: Sugiyama, Krauledat, Müller (2007), Covariate shift adaptation by importance weighted cross validation, JMLR 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.core.sketches import InputSketch
from cumulet.core.training_data.logistic import Logistic
from cumulet.core.training_data.weights import Weights, normalised

Floats = NDArray[np.float64]
SWEEPS, CLOSE = 50, 1e-4
MAX_ADJUSTMENT = 10.0
"""In one sweep no bin's weight is multiplied by more: a bin that hardly exists cannot stand for one that does."""


def by_classifier(source: Floats, target: Floats, l2: float = 1.0) -> Weights:
    """p_target(x) / p_source(x) of the source's rows, shape (n,): the odds of a classifier that tells the two apart.

    Both are matrices (n, d) and (m, d), finite. Source: Bickel, Brückner, Scheffer (2009), Discriminative learning
    under covariate shift, JMLR 10.
    """
    matrix = np.concatenate([source, target])
    belongs = np.concatenate([np.zeros(len(source)), np.ones(len(target))])
    log_odds = Logistic.fit(matrix, belongs, l2).log_odds(source)
    return normalised(np.exp(log_odds - log_odds.max()))


def by_sketches(columns: Mapping[str, NDArray[Any]], target: InputSketch) -> Weights:
    """Weights (n,) with which every column has the shares of its target sketch: a few kilobytes say enough.

    Each column in turn is brought to its target until all are (raking). It corrects the columns one by one: what they
    do together it does not see. Rows of a bin that the target does not have count 0.
    Source: Deming, Stephan (1940), On a least squares adjustment of a sampled frequency table, Ann. Math. Stat. 11(4).
    """
    bins = {name: _bins(columns[name], sketch) for name, sketch in target.features.items()}
    wanted = {name: sketch.shares for name, sketch in target.features.items() if sketch.total}
    weights = np.ones(len(next(iter(columns.values()))))
    for _ in range(SWEEPS):
        furthest = 0.0
        for name, shares in wanted.items():
            now = np.bincount(bins[name], weights, minlength=len(shares)) / weights.sum()
            reachable = np.where(now > 0, shares, 0.0)
            reachable = reachable / reachable.sum() if reachable.sum() else now
            furthest = max(furthest, float(np.abs(reachable - now).max()))
            factor = np.minimum(np.divide(reachable, now, out=np.zeros_like(now), where=now > 0), MAX_ADJUSTMENT)
            weights = normalised(weights * factor[bins[name]])
        if furthest < CLOSE:
            break
    return weights


def _bins(column: NDArray[Any], sketch: Any) -> NDArray[np.int64]:
    """The bin of every row (n,), numbered as `FeatureSketch.shares` orders them: bins, missing, unseen."""
    last = len(sketch.counts)
    if column.dtype.kind == "f":
        found = np.searchsorted(np.asarray(sketch.edges, np.float64), column, side="right")
        return np.where(np.isfinite(column), found, last).astype(np.int64)
    position = {value: n for n, value in enumerate(sketch.values)} | {None: last}
    return np.fromiter((position.get(value, last + 1) for value in column.tolist()), np.int64, len(column))
