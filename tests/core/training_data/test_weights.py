from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cumulet.core.training_data.weights import class_weights, clip, effective_size, normalised

Y = np.repeat([0.0, 1.0, 2.0], [70, 20, 10])


def test_balanced_weights_let_each_class_count_alike():
    weights = class_weights(Y)
    assert np.bincount(Y.astype(int), weights) == pytest.approx(100 / 3)
    assert weights.mean() == pytest.approx(1)


def test_given_weights_keep_their_ratios_and_unnamed_classes_count_one():
    weights = class_weights(Y, {1.0: 4.0})
    assert weights[80] / weights[0] == pytest.approx(4)
    assert weights[95] == weights[0]
    assert weights.mean() == pytest.approx(1)


@pytest.mark.parametrize("given", ["even", {3.0: 1.0}, {1.0: 0.0}, {1.0: float("nan")}])
def test_class_weights_that_make_no_sense_are_refused(given):
    with pytest.raises(ValueError, match="class weights"):
        class_weights(Y, given)


def test_equal_weights_are_worth_every_row_and_one_heavy_row_is_worth_one():
    assert effective_size(np.ones(50)) == pytest.approx(50)
    assert effective_size(np.array([1e9, *np.ones(49)])) == pytest.approx(1, abs=1e-6)


def test_clipping_says_what_it_took_and_what_it_gained():
    clipped = clip(np.array([*np.ones(99), 101.0]), limit=10)
    assert clipped.weights.max() == pytest.approx(10)
    assert clipped.weights.max() / clipped.weights.min() == pytest.approx(11)
    assert clipped.weights.mean() == pytest.approx(1)
    assert clipped.clipped == pytest.approx(0.01)
    assert clipped.mass == pytest.approx(90 / 200)
    assert clipped.size_before == pytest.approx(200**2 / (99 + 101**2))
    assert clipped.size == pytest.approx(110**2 / (99 + 11**2))


@given(
    st.lists(st.floats(1e-6, 1e9) | st.just(0.0), min_size=1, max_size=60).filter(lambda all_: max(all_) > 0),
    st.floats(1, 20),
)
def test_no_weight_is_above_the_limit_after_clipping_where_enough_rows_have_one(weights, limit):
    whole = np.array(weights)
    clipped = clip(whole, limit)
    assert clipped.weights.mean() == pytest.approx(1)
    assert clipped.weights.max() <= max(limit, len(whole) / (whole > 0).sum()) * (1 + 1e-9)
    assert clipped.size >= clipped.size_before * (1 - 1e-9)


def test_rows_that_alone_have_weight_weigh_alike():
    clipped = clip(np.array([9.0, 1.0, *np.zeros(98)]), limit=10)
    assert clipped.weights[:2].tolist() == [50, 50]
    assert clipped.mass == pytest.approx(0.8)


def test_weights_below_the_limit_stay_as_they_are():
    weights = np.array([0.5, 1.0, 1.5])
    clipped = clip(weights)
    assert clipped.weights == pytest.approx(weights)
    assert (clipped.clipped, clipped.mass) == (0, 0)


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0, -0.1], [1.0, float("inf")]])
def test_weights_of_nothing_are_refused(weights):
    with pytest.raises(ValueError, match="weights must be finite"):
        normalised(np.array(weights))
