"""Performance of the champion on the labels that have arrived: a sketch a day, metrics over a window of days."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import reduce

import numpy as np

from cumulet.adapters import parquet
from cumulet.adapters.labels import read_labels
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.manifests import canonical
from cumulet.core.cutoff import nights
from cumulet.core.performance import PerformanceSketch
from cumulet.core.schema import Columns
from cumulet.core.tasks import Task
from cumulet.core.usecase import UseCase

WINDOW_DAYS = 14
MINIMUM_DAYS = 7
"""With fewer labelled days a figure says more about the weather than about the model."""

Measured = tuple[dict[str, float], list[str]]


def measure_performance(lake: Lake, use_case: UseCase, day: date, model: str) -> Measured:
    """Write the sketch of the day whose labels are due in night `day`; metrics over the window that ends there."""
    judged = day - timedelta(days=use_case.label_lag_days)
    newest = sketch(lake, use_case, judged, day, model)
    reasons = [] if newest else [f"{judged} is not scored by model {model}"]
    before = nights(judged - timedelta(days=WINDOW_DAYS - 1), judged)[:-1]
    wanted = [keys.sketch(use_case.name, each, model, "performance") for each in before]
    stored = lake.kept.find_many(wanted, _decode)
    labelled = [each for each in (*stored, newest) if each is not None and each.rows]
    if len(labelled) < MINIMUM_DAYS:
        return {}, [*reasons, f"model {model} has {len(labelled)} labelled days, performance needs {MINIMUM_DAYS}"]
    merged = reduce(PerformanceSketch.merge, labelled)
    return use_case.task.performance(merged.rows, merged.sums), reasons


def _decode(data: bytes) -> PerformanceSketch:
    return PerformanceSketch.from_json(json.loads(data))


def sketch(lake: Lake, use_case: UseCase, judged: date, night: date, model: str) -> PerformanceSketch | None:
    """Write the performance sketch of one day from the labels known up to `night`; None when it was not scored."""
    scored = lake.find(keys.prediction_file(use_case.name, judged, model))
    if scored is None:
        return None
    labels = read_labels(lake, use_case.name, nights(judged, night))
    y, p = pairs(use_case.task, parquet.decode(scored), labels)
    found = PerformanceSketch.of(use_case.task, y, p)
    content = canonical(found.to_json())
    lake.put(keys.sketch(use_case.name, judged, model, "performance"), content, "application/json")
    return found


def pairs(task: Task, predictions: Columns, labels: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Labels (n,) and forecasts of the records that have both; of two labels the first counts."""
    known: dict[str, float] = {}
    if labels:
        there = np.isfinite(labels["label"])
        for id_, label in zip(labels["id"][there].tolist(), labels["label"][there].tolist(), strict=True):
            known.setdefault(id_, label)
    y = np.array([known.get(id_, np.nan) for id_ in predictions["id"].tolist()], dtype=np.float64)
    both = ~np.isnan(y)
    return y[both], task.from_columns(predictions)[both]
