"""Metrics in words: a name for a table, and what a figure means for whoever sees it the first time."""

from __future__ import annotations

from typing import Final

NAMES: Final = {
    "roc_auc": "ROC-AUC",
    "pr_auc": "PR-AUC",
    "skill": "skill",
    "ece": "calibration error",
    "log_loss": "log loss",
    "cost": "cost",
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "wape": "WAPE",
    "mae": "MAE",
    "rmse": "RMSE",
    "bias": "bias",
    "rate": "rate",
    "recall": "recall",
    "precision": "precision",
    "mean_label": "mean",
    "mean_prediction": "mean forecast",
    "referred": "referred",
}
MEANINGS: Final = {
    "roc_auc": "The chance that of two records, one positive and one not, the positive one got the higher probability."
    " Higher is better.",
    "accuracy": "The share of records whose likeliest class was the right one. Higher is better.",
    "wape": "All absolute errors together, as a share of all that came. Lower is better.",
    "skill": "How much smaller the squared error is than that of always saying the month's own mean (of probabilities:"
    " the Brier skill; of numbers: R²). Below 0 the forecast does harm.",
}
