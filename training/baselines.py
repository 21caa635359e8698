"""Baselines: what a candidate must beat to be worth its keep, each fitted on the same rows and judged on the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.contracts.errors import ContractError
from cumulet.core.baselines import Floats, group_rates, prior
from cumulet.core.usecase import Baseline, UseCase
from training.dataset import Rows

COMPARED = ("roc_auc", "pr_auc", "brier_skill", "ece", "log_loss", "cost")
"""The metrics that tables of models show."""
Matrices = tuple[NDArray[np.float32], NDArray[np.float32]]


def predict(use_case: UseCase, baseline: Baseline, train: Rows, judge: Rows, matrices: Matrices) -> Floats:
    """Predictions (n,) on the rows to judge, of a baseline fitted on the rows to train; `matrices` are theirs.

    Raises ContractError for a kind that there is not.
    """
    if baseline.kind == "prior":
        return prior(train.y, len(judge))
    if baseline.kind == "rate":
        keys = [[use_case.column(rows.columns, name) for name in baseline.keys] for rows in (train, judge)]
        return group_rates(keys[0], train.y, keys[1], baseline.strength)
    if baseline.kind == "logistic":
        return logistic(matrices[0], train.y, matrices[1])
    raise ContractError(f"baseline {baseline.name}: kind {baseline.kind!r}; there are prior, rate and logistic")


def logistic(train: NDArray[np.float32], y: Floats, judge: NDArray[np.float32]) -> Floats:
    """Logistic regression on the candidate's own matrix; medians for missing, standardised, L2."""
    from sklearn.linear_model import LogisticRegression

    earlier, later = _standardised(train.astype(np.float64), judge.astype(np.float64))
    model = LogisticRegression(solver="newton-cholesky").fit(earlier, y)
    return np.asarray(model.predict_proba(later)[:, 1], np.float64)


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


def table(metrics: Mapping[str, Mapping[str, Any]]) -> str:
    """Baselines against candidates as a text table, one row each, for the log."""
    lines = [f"{'':<24}" + "".join(f"{name:>13}" for name in COMPARED)]
    for name, row in metrics.items():
        values = ("-" if row[c] is None else f"{row[c]:.4f}" for c in COMPARED)
        lines.append(f"{name:<24}" + "".join(f"{value:>13}" for value in values))
    return "\n".join(lines)
