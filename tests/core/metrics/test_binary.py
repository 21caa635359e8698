from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from cumulet.core.metrics import binary as metrics

rows = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 20).map(lambda i: i / 20)), min_size=2, max_size=60).filter(
    lambda pairs: 0 < sum(y for y, _ in pairs) < len(pairs)
)


@given(rows)
def test_ranking_metrics_agree_with_scikit_learn_also_on_ties(pairs):
    y, p = np.array(pairs).T
    assert metrics.roc_auc(y, p) == pytest.approx(sk.roc_auc_score(y, p), abs=1e-12)
    assert metrics.pr_auc(y, p) == pytest.approx(sk.average_precision_score(y, p), abs=1e-12)


@given(rows)
def test_probability_metrics_agree_with_scikit_learn(pairs):
    y, p = np.array(pairs).T
    assert metrics.brier(y, p) == pytest.approx(sk.brier_score_loss(y, p))
    inner = np.clip(p, 0.01, 0.99)
    assert metrics.log_loss(y, inner) == pytest.approx(sk.log_loss(y, inner))


@given(rows)
def test_the_best_threshold_costs_no_more_than_any_other(pairs):
    y, p = np.array(pairs).T
    price = {"miss": 4.0, "false_alarm": 1.0}
    best = metrics.cost_per_record(y, p, metrics.best_threshold(y, p, **price), **price)
    others = [metrics.cost_per_record(y, p, t, **price) for t in np.linspace(0, 1.05, 22)]
    assert best <= min(others) + 1e-12


def test_the_best_threshold_never_acts_when_a_false_alarm_is_dear():
    y, p = np.array([0.0, 1.0, 0.0]), np.array([0.9, 0.5, 1.0])
    threshold = metrics.best_threshold(y, p, miss=1, false_alarm=100)
    assert threshold > 1
    assert metrics.cost_per_record(y, p, threshold, miss=1, false_alarm=100) == pytest.approx(1 / 3)


def test_a_miss_costs_four_false_alarms():
    y, p = [1, 1, 0, 0], [0.9, 0.1, 0.9, 0.1]
    assert metrics.cost_per_record(y, p, 0.5, miss=4, false_alarm=1) == (4 + 1) / 4


def test_calibration_error_is_the_mean_gap_of_the_bins():
    y, p = [1, 1, 0, 0], [0.8, 0.8, 0.3, 0.3]
    assert metrics.ece(y, p) == pytest.approx(0.5 * 0.2 + 0.5 * 0.3)
    assert metrics.ece([1], [1.0]) == 0


@pytest.mark.parametrize("y", [[], [0, 0], [1, 1]])
def test_a_ranking_of_one_class_is_not_defined(y):
    assert math.isnan(metrics.roc_auc(y, [0.5] * len(y)))


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match="shape"):
        metrics.brier([0, 1], [0.5])
