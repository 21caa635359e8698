from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn import metrics as sk

from cumulet.core.metrics import multiclass


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    p = rng.dirichlet(np.ones(4), 300)
    return np.array([rng.choice(4, p=each) for each in p]), p


def test_the_metrics_agree_with_scikit_learn(rows):
    y, p = rows
    said = p.argmax(axis=1)
    assert multiclass.accuracy(y, p) == pytest.approx(sk.accuracy_score(y, said))
    assert multiclass.macro_f1(y, p) == pytest.approx(sk.f1_score(y, said, average="macro"))
    assert multiclass.log_loss(y, p) == pytest.approx(sk.log_loss(y, p))


def test_a_person_is_asked_where_the_likeliest_class_is_unlikely():
    y, p = [0, 1, 1], [[0.9, 0.1], [0.8, 0.2], [0.55, 0.45]]
    assert multiclass.cost_per_record(y, p, 0.6, wrong=1, refer=0.2) == pytest.approx((0 + 1 + 0.2) / 3)


def test_no_rows_leave_everything_undefined():
    nothing = np.zeros(0), np.zeros((0, 3))
    assert math.isnan(multiclass.accuracy(*nothing))
    assert math.isnan(multiclass.macro_f1(*nothing))
    assert math.isnan(multiclass.log_loss(*nothing))
    assert math.isnan(multiclass.cost_per_record(*nothing, 0.5, wrong=1, refer=0.1))


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match="shape"):
        multiclass.accuracy([0, 1], [[0.5, 0.5]])
