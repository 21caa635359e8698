"""Out-of-sample probabilities of rows that a model will be fitted on: each row judged by a fit that never saw it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cumulet.core.training_data.logistic import Logistic

FOLDS = 5
MOST = 20.0
"""Log odds are not believed beyond."""


def cross_fitted(
    matrix: NDArray[np.float64], labels: NDArray[np.int64], classes: int, drawn: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Probabilities (n, k) by logistic regressions, one class against the others, in five folds.

    `matrix` (n, d), `labels` (n,) 0 … k-1; `drawn` (n,) in (0, 1) says in which fold a row is.
    Source: Stone (1974), Cross-validatory choice and assessment, J. R. Stat. Soc. B 36(2).
    """
    fold = np.minimum((drawn * FOLDS).astype(np.int64), FOLDS - 1)
    odds = np.zeros((len(labels), classes))
    for each in range(1 if classes == 2 else 0, classes):
        y = (labels == each).astype(np.float64)
        for number in range(FOLDS):
            odds[fold == number, each] = _log_odds(matrix, y, fold == number)
    if classes == 2:
        odds[:, 0] = -odds[:, 1]
    p = 1 / (1 + np.exp(-np.clip(odds, -MOST, MOST)))
    return np.asarray(p / p.sum(axis=1, keepdims=True), np.float64)


def _log_odds(matrix: NDArray[np.float64], y: NDArray[np.float64], judged: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The log odds of some rows by a fit on the others."""
    known = y[~judged]
    if 0 < known.sum() < len(known):
        return Logistic.fit(matrix[~judged], known).log_odds(matrix[judged])
    return np.full(int(judged.sum()), MOST if known.sum() else -MOST)
