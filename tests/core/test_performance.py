from __future__ import annotations

import json

import numpy as np
import pytest

from cumulet.core.metrics import binary, skill
from cumulet.core.performance import PerformanceSketch
from cumulet.core.tasks import Binary

TASK = Binary()


def sample(seed: int, rows: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    p = rng.beta(2, 6, rows)
    return (rng.random(rows) < p).astype(float), p


def test_a_merged_window_has_the_figures_of_its_rows():
    (y1, p1), (y2, p2) = sample(1), sample(2)
    window = PerformanceSketch.of(TASK, y1, p1).merge(PerformanceSketch.of(TASK, y2, p2))
    y, p = np.append(y1, y2), np.append(p1, p2)
    figures = TASK.performance(window.rows, window.sums)
    assert window.rows == 6000
    assert figures["LabelMean"] == y.mean()
    assert figures["Skill"] == pytest.approx(skill(y, p), abs=1e-12)
    assert figures["CalibrationGap"] == pytest.approx(abs(p.mean() - y.mean()), abs=1e-12)
    assert figures["RocAuc"] == pytest.approx(binary.roc_auc(y, p), abs=5e-4)


def test_json_reads_back_equal():
    sketch = PerformanceSketch.of(TASK, *sample(3))
    assert PerformanceSketch.from_json(json.loads(json.dumps(sketch.to_json()))) == sketch


def test_an_empty_day_adds_nothing():
    sketch = PerformanceSketch.of(TASK, *sample(4))
    assert sketch.merge(PerformanceSketch()) == sketch
    assert PerformanceSketch().merge(sketch) == sketch


def test_a_prediction_of_one_has_a_bin():
    sketch = PerformanceSketch.of(TASK, np.ones(1), np.ones(1))
    assert sketch.sums["positives_by_bin"][-1] == 1
