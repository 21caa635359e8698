"""Drift of inputs and predictions against the champion's training snapshot: a sketch a day, metrics over a window.

One day of a thousand records is noise to a population stability index (and has one weekday, one weather); the last
seven scored nights together are not.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, timedelta
from functools import reduce

from cumulet.adapters import parquet
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.manifests import canonical
from cumulet.core import drift
from cumulet.core.cutoff import nights
from cumulet.core.sketches import FeatureSketch, InputSketch, Reference
from cumulet.core.usecase import UseCase

WINDOW_NIGHTS = 7
MINIMUM_NIGHTS = 3
LOOK_BACK_DAYS = 14
"""Nights that were not scored are skipped; older ones say nothing about now."""

Measured = tuple[dict[str, float], list[str]]


def measure_inputs(lake: Lake, use_case: UseCase, day: date, model: str, reference: Reference) -> Measured:
    """Write the day's sketch; Predictions and PredictionMean of the day, InputDrift and PredictionDrift of the window.

    The sketch holds what it was made of, so that windows can be merged, and the day's drift by feature, to explain.
    """
    name, task = use_case.name, use_case.task
    features, scored = lake.find_many([keys.features(name, day), keys.prediction_file(name, day, model)])
    if features is None:
        return {}, [f"{day} has no features"]
    forecasts = None if scored is None else task.from_columns(parquet.decode(scored))
    current = Reference(
        inputs=reference.inputs.count(use_case.watch(parquet.decode(features))),
        predictions=reference.predictions.empty
        if forecasts is None
        else reference.predictions.count(task.said(forecasts)),
    )
    explained = {name: asdict(each) for name, each in drift.of_inputs(reference.inputs, current.inputs).items()}
    lake.put(
        keys.sketch(name, day, model, "inputs"),
        canonical({**current.to_json(), "drift": explained}),
        "application/json",
    )
    if forecasts is None:
        return {}, [f"{day} is not scored by model {model}"]
    moved, reasons = of_window(window(lake, name, day, model, current), reference)
    counted = {"Predictions": float(len(forecasts))}
    if len(forecasts):
        counted["PredictionMean"] = float(task.level(forecasts).mean())
    return counted | moved, reasons


def window(lake: Lake, use_case: str, day: date, model: str, current: Reference) -> list[Reference]:
    """The sketches of the last nights that the model scored, the oldest first, up to and with that of `day`."""
    before = nights(day - timedelta(days=LOOK_BACK_DAYS - 1), day)[:-1]
    stored = lake.kept.find_many([keys.sketch(use_case, each, model, "inputs") for each in before], _decode)
    sketches = [each for each in (*stored, current) if each is not None]
    return [each for each in sketches if each.predictions.total][-WINDOW_NIGHTS:]


def _decode(data: bytes) -> Reference:
    return Reference.from_json(json.loads(data))


def of_window(sketches: list[Reference], reference: Reference) -> Measured:
    """InputDrift (the largest psi of a feature) and PredictionDrift (psi) of the nights together."""
    if len(sketches) < MINIMUM_NIGHTS:
        return {}, [f"drift needs {MINIMUM_NIGHTS} scored nights, there are {len(sketches)}"]
    inputs = reduce(InputSketch.merge, (each.inputs for each in sketches))
    predictions = reduce(FeatureSketch.merge, (each.predictions for each in sketches))
    moved = drift.of_inputs(reference.inputs, inputs)
    return {
        "InputDrift": max((each.psi for each in moved.values()), default=0.0),
        "PredictionDrift": drift.between(reference.predictions, predictions).psi,
    }, []
