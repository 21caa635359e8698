"""Skill: the one metric that every task has."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn import metrics as sk

from cumulet.core.metrics import skill


def test_the_rows_own_mean_has_no_skill_and_the_truth_has_all():
    y = np.array([0.0, 0, 1, 0])
    assert skill(y, np.full(4, 0.25)) == pytest.approx(0)
    assert skill(y, y) == 1


def test_of_numbers_it_is_r_squared():
    rng = np.random.default_rng(1)
    y = rng.normal(size=100)
    p = y + rng.normal(size=100)
    assert skill(y, p) == pytest.approx(sk.r2_score(y, p))


def test_of_classes_it_counts_every_class():
    truth = np.eye(3)[[0, 1, 2, 0]]
    said = np.full((4, 3), 1 / 3)
    expected = 1 - ((said - truth) ** 2).sum() / ((truth - truth.mean(axis=0)) ** 2).sum()
    assert skill(truth, said) == pytest.approx(expected)


@pytest.mark.parametrize("y", [[], [1.0, 1.0]])
def test_labels_that_are_all_alike_leave_it_undefined(y):
    assert math.isnan(skill(y, [0.5] * len(y)))


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match="shape"):
        skill([0, 1], [0.5])
