"""Out-of-sample probabilities of rows that a model will be fitted on: each row judged by a fit that never saw it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cumulet.core.training_data.logistic import Logistic

FOLDS = 5


def cross_fitted(
    matrix: NDArray[np.float64], labels: NDArray[np.int64], classes: int, drawn: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Probabilities (n, k) by logistic regressions, one class against the others, in five folds.

    `matrix` (n, d), `labels` (n,) 0 … k-1; `drawn` (n,) in (0, 1) says in which fold a row is. A class that a fold has
    not seen gets its rate. Source: Stone (1974), Cross-validatory choice and assessment, J. R. Stat. Soc. B 36(2).
    """
    fold = np.minimum((drawn * FOLDS).astype(np.int64), FOLDS - 1)
    odds = np.zeros((len(labels), classes))
    for number in range(FOLDS):
        seen, judged = fold != number, fold == number
        for each in range(classes):
            y = (labels[seen] == each).astype(np.float64)
            if 0 < y.sum() < len(y):
                odds[judged, each] = Logistic.fit(matrix[seen], y).log_odds(matrix[judged])
            else:
                odds[judged, each] = -20.0 if y.sum() == 0 else 20.0
    p = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    return np.asarray(p / p.sum(axis=1, keepdims=True), np.float64)
