"""Forecasts without a model."""

from __future__ import annotations

import numpy as np
import pytest

from cumulet.core.baselines import group_rates, prior


def test_the_prior_says_the_training_rate_of_every_row():
    assert prior(np.array([1.0, 0.0, 0.0, 0.0]), 3).tolist() == [0.25, 0.25, 0.25]


def test_group_rates_are_shrunk_and_unseen_groups_get_the_prior():
    y = np.array([1.0] * 50 + [0.0] * 150)
    train = [np.array(["UA"] * 50 + ["AA"] * 150, object), np.zeros(200)]
    judge = [np.array(["UA", "AA", "ZZ"], object), np.zeros(3)]
    assert group_rates(train, y, judge).tolist() == pytest.approx([55 / 70, 5 / 170, 0.25])
