from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn import metrics as sk

from cumulet.core.metrics import regression


def test_the_errors_agree_with_scikit_learn():
    rng = np.random.default_rng(2)
    y, p = rng.normal(5, 1, 200), rng.normal(5, 1, 200)
    assert regression.mae(y, p) == pytest.approx(sk.mean_absolute_error(y, p))
    assert regression.rmse(y, p) == pytest.approx(sk.root_mean_squared_error(y, p))


def test_relative_errors_are_of_all_rows_together():
    y, p = [10.0, 0.0, 30.0], [12.0, 2.0, 30.0]
    assert regression.wape(y, p) == pytest.approx(4 / 40)
    assert regression.bias(y, p) == pytest.approx(4 / 40)
    assert regression.bias(y, [5.0, 0.0, 30.0]) == pytest.approx(-5 / 40)


def test_too_little_costs_otherwise_than_too_much():
    assert regression.cost_per_record([10.0, 10.0], [8.0, 13.0], under=3, over=1) == pytest.approx((6 + 3) / 2)


@pytest.mark.parametrize("y", [[], [0.0, 0.0]])
def test_a_share_of_nothing_is_not_defined(y):
    assert math.isnan(regression.wape(y, [1.0] * len(y)))
    assert math.isnan(regression.bias(y, [1.0] * len(y)))
