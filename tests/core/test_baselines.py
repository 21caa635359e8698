"""Forecasts without a model."""

from __future__ import annotations

import numpy as np
import pytest

from cumulet.core.baselines import column, group_means, prior


def test_the_prior_says_the_training_rate_of_every_row():
    assert prior(np.array([1.0, 0.0, 0.0, 0.0]), 3).tolist() == [0.25, 0.25, 0.25]


def test_group_means_are_shrunk_and_unseen_groups_get_the_prior():
    y = np.array([1.0] * 50 + [0.0] * 150)
    train = [np.array(["UA"] * 50 + ["AA"] * 150, object), np.zeros(200)]
    judge = [np.array(["UA", "AA", "ZZ"], object), np.zeros(3)]
    assert group_means(train, y, judge).tolist() == pytest.approx([55 / 70, 5 / 170, 0.25])


def test_classes_have_a_share_each():
    targets = np.eye(3)[[0, 0, 1, 2]]
    assert prior(targets, 2).tolist() == [[0.5, 0.25, 0.25]] * 2
    keys = [np.array(["a", "a", "b", "b"], object)]
    means = group_means(keys, targets, [np.array(["a", "c"], object)], strength=2)
    assert means.tolist() == [[0.75, 0.125, 0.125], [0.5, 0.25, 0.25]]


def test_a_column_that_is_a_forecast_is_filled_with_the_mean():
    assert column(np.array([5.0, np.nan]), np.array([1.0, 3.0])).tolist() == [5.0, 2.0]
