"""Drift of a day's inputs and predictions against the champion's training snapshot."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import numpy as np

from cumulet.adapters import parquet
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.manifests import canonical
from cumulet.core import drift
from cumulet.core.sketches import FeatureSketch, Reference

Measured = tuple[dict[str, float], list[str]]


def measure_inputs(lake: Lake, use_case: str, day: date, model: str, reference: Reference) -> Measured:
    """Write the day's input sketch; InputDrift is the largest psi of a feature.

    The sketch holds what it was made of, so that windows can be merged, and the drift of each feature, to explain.
    """
    features = lake.find(keys.features(use_case, day))
    if features is None:
        return {}, [f"{day} has no features"]
    scored = lake.find(keys.prediction_file(use_case, day, model))
    prediction = np.zeros(0) if scored is None else parquet.decode(scored)["prediction"].astype(np.float64)
    current = Reference(
        inputs=reference.inputs.count(parquet.decode(features)), predictions=reference.predictions.count(prediction)
    )
    moved = drift.of_inputs(reference.inputs, current.inputs)
    explained = {name: asdict(each) for name, each in moved.items()}
    lake.put(
        keys.sketch(use_case, day, model, "inputs"),
        canonical({**current.to_json(), "drift": explained}),
        "application/json",
    )
    metrics = {"InputDrift": max((each.psi for each in moved.values()), default=0.0)}
    if scored is None:
        return metrics, [f"{day} is not scored by model {model}"]
    return metrics | of_predictions(reference.predictions, current.predictions, prediction), []


def of_predictions(reference: FeatureSketch, current: FeatureSketch, prediction: np.ndarray) -> dict[str, float]:
    """Predictions, PredictionMean and PredictionDrift (psi)."""
    counted = {"Predictions": float(len(prediction))}
    if not len(prediction):
        return counted
    moved = drift.between(reference, current).psi
    return {**counted, "PredictionMean": float(prediction.mean()), "PredictionDrift": moved}
