from __future__ import annotations

import json
import math

import numpy as np
import pytest

from cumulet.core import metrics
from cumulet.core.performance import PerformanceSketch


def sample(seed: int, rows: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    p = rng.beta(2, 6, rows)
    return (rng.random(rows) < p).astype(float), p


def test_a_merged_window_has_the_figures_of_its_rows():
    (y1, p1), (y2, p2) = sample(1), sample(2)
    window = PerformanceSketch.of(y1, p1).merge(PerformanceSketch.of(y2, p2))
    y, p = np.append(y1, y2), np.append(p1, p2)
    assert window.rows == 6000
    assert window.rate == y.mean()
    assert window.brier_skill == pytest.approx(metrics.brier_skill(y, p), abs=1e-12)
    assert window.calibration_gap == pytest.approx(abs(p.mean() - y.mean()), abs=1e-12)
    assert window.roc_auc == pytest.approx(metrics.roc_auc(y, p), abs=5e-4)


def test_json_reads_back_equal():
    sketch = PerformanceSketch.of(*sample(3))
    assert PerformanceSketch.from_json(json.loads(json.dumps(sketch.to_json()))) == sketch


def test_an_empty_day_adds_nothing_and_has_no_figures():
    sketch = PerformanceSketch.of(*sample(4))
    assert sketch.merge(PerformanceSketch()) == sketch
    assert math.isnan(PerformanceSketch().brier_skill)
    assert math.isnan(PerformanceSketch().roc_auc)


def test_a_prediction_of_one_has_a_bin():
    assert PerformanceSketch.of([1.0], [1.0]).positives_by_bin[-1] == 1
