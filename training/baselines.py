"""Baselines: what a candidate must beat to be worth its keep, each fitted on the same rows and judged on the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.core.baselines import Floats, forecast
from cumulet.core.tasks import Regression
from cumulet.core.usecase import Baseline, UseCase
from training.dataset import Rows

Matrices = tuple[NDArray[np.float32], NDArray[np.float32]]
RIDGE = 1.0
"""Weight of the penalty of linear baselines, scikit-learn's default."""
NEWTON, STEPS = 1_000, 200
"""Newton's steps are fastest for so many weights at most (they solve a system of that size); at most so many steps."""


def predict(use_case: UseCase, baseline: Baseline, train: Rows, judge: Rows, matrices: Matrices) -> Floats:
    """Forecasts of the rows to judge, of a baseline fitted on the rows to train; `matrices` are theirs.

    Raises ContractError for a kind that there is not.
    """
    if baseline.kind == "linear":
        return linear(use_case, matrices[0], train.y, matrices[1])
    return forecast(use_case, baseline, (train.columns, train.y), judge.columns)


def linear(use_case: UseCase, train: NDArray[np.float32], y: Floats, judge: NDArray[np.float32]) -> Floats:
    """Logistic or ridge regression on the candidate's own matrix; medians for missing, standardised, L2."""
    from sklearn.linear_model import LogisticRegression, Ridge

    earlier, later = _standardised(train.astype(np.float64), judge.astype(np.float64))
    if isinstance(use_case.task, Regression):
        return np.asarray(Ridge(alpha=RIDGE).fit(earlier, y).predict(later), np.float64)
    weights = earlier.shape[1] * len(np.unique(y))
    solver = "newton-cholesky" if weights <= NEWTON else "lbfgs"
    model = LogisticRegression(C=1 / RIDGE, solver=solver, max_iter=STEPS).fit(earlier, y)
    return use_case.task.read(model.predict_proba(later))


def _standardised(train: Floats, judge: Floats) -> tuple[Floats, Floats]:
    """Both matrices with the training columns' median for what is missing, at their mean 0 and deviation 1.

    A column that is missing throughout, or constant, is 0. (scikit-learn's imputer and scaler take five times as long.)
    """
    present = ~np.isnan(train).all(axis=0)
    median = np.zeros(train.shape[1])
    median[present] = np.nanmedian(train[:, present], axis=0)
    filled = [np.where(np.isnan(matrix), median, matrix) for matrix in (train, judge)]
    mean, deviation = filled[0].mean(axis=0), filled[0].std(axis=0)
    scale = np.where(deviation > 0, deviation, 1.0)
    earlier, later = ((matrix - mean) / scale * (deviation > 0) for matrix in filled)
    return earlier, later


def table(metrics: Mapping[str, Mapping[str, Any]], compared: Sequence[str]) -> str:
    """Baselines against candidates as a text table, one row each, for the log."""
    lines = [f"{'':<24}" + "".join(f"{name:>13}" for name in compared)]
    for name, row in metrics.items():
        values = ("-" if row[c] is None else f"{row[c]:.4f}" for c in compared)
        lines.append(f"{name:<24}" + "".join(f"{value:>13}" for value in values))
    return "\n".join(lines)
