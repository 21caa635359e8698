"""The custom metrics of a use case: names, units and dimension, for those who put them and those who alarm on them.

All have one dimension, UseCase, and the night's cut-off as their time. Ten is what the always-free tier holds, and what
one use case has.
"""

from __future__ import annotations

from typing import Final

NAMESPACE: Final = "Cumulet"
DIMENSION: Final = "UseCase"

RECORDS: Final = "Records"
QUARANTINED: Final = "Quarantined"
PREDICTIONS: Final = "Predictions"
PREDICTION_MEAN: Final = "PredictionMean"
PREDICTION_DRIFT: Final = "PredictionDrift"
INPUT_DRIFT: Final = "InputDrift"
LABEL_MEAN: Final = "LabelMean"
CALIBRATION_GAP: Final = "CalibrationGap"
SKILL: Final = "Skill"
ROC_AUC: Final = "RocAuc"
ACCURACY: Final = "Accuracy"
WAPE: Final = "Wape"

HEADLINES: Final = (ROC_AUC, ACCURACY, WAPE)
"""A use case has one of them: of yes or no, of several classes, of numbers."""

PERFORMANCE: Final = (CALIBRATION_GAP, SKILL)
"""Alarms on these start Training."""

UNITS: Final = {
    RECORDS: "Count",
    QUARANTINED: "Count",
    PREDICTIONS: "Count",
    PREDICTION_MEAN: "None",
    PREDICTION_DRIFT: "None",
    INPUT_DRIFT: "None",
    LABEL_MEAN: "None",
    CALIBRATION_GAP: "None",
    SKILL: "None",
    **dict.fromkeys(HEADLINES, "None"),
}
"""Every metric with its CloudWatch unit; drifts are population stability indices (nats)."""


def dimensions(use_case: str) -> dict[str, str]:
    """The dimensions of every metric of a use case."""
    return {DIMENSION: use_case}
