from __future__ import annotations

import numpy as np
import pytest

from benchmarks.models.bootstrap import REPLICATES, draws, interval, resampled

DAYS = 400


def mean(sums: np.ndarray) -> np.ndarray:
    return sums[..., 0] / sums[..., 1]


def sums_by_day(values: np.ndarray, rows_a_day: int) -> np.ndarray:
    by_day = values.reshape(-1, rows_a_day)
    return np.column_stack([by_day.sum(axis=1), np.full(len(by_day), rows_a_day)])


def test_a_sample_has_as_many_days_as_there_are_and_is_the_same_every_time():
    drawn = draws(30)
    assert drawn.shape == (REPLICATES, 30)
    assert (drawn.sum(axis=1) == 30).all()
    draws.cache_clear()
    assert (draws(30) == drawn).all()


def test_of_two_days_a_quarter_of_the_samples_has_only_one_or_only_the_other():
    found = resampled(np.array([[0.0, 1.0], [1.0, 1.0]]), mean)
    values, counts = np.unique(found, return_counts=True)
    assert values.tolist() == [0.0, 0.5, 1.0]
    assert counts / REPLICATES == pytest.approx([0.25, 0.5, 0.25], abs=0.04)
    assert interval(found) == (0.0, 1.0)


def test_a_day_with_many_rows_comes_or_stays_away_as_a_block_and_weighs_by_its_rows():
    found = resampled(np.array([[99.0, 99.0], [0.0, 1.0]]), mean)
    assert np.unique(found).tolist() == [0.0, 0.99, 1.0]


def test_rows_that_repeat_their_day_do_not_narrow_the_interval():
    per_day = np.random.default_rng(1).normal(size=DAYS)
    alone = interval(resampled(sums_by_day(per_day, 1), mean))
    repeated = np.repeat(per_day, 50)
    assert interval(resampled(sums_by_day(repeated, 50), mean)) == pytest.approx(alone)
    as_if_rows_were_days = interval(resampled(sums_by_day(repeated[: 40 * 50], 1), mean))
    its_days = interval(resampled(sums_by_day(repeated[: 40 * 50], 50), mean))
    assert its_days[1] - its_days[0] > 5 * (as_if_rows_were_days[1] - as_if_rows_were_days[0])


def test_the_interval_of_a_mean_is_that_of_the_normal_distribution():
    per_day = np.random.default_rng(2).normal(size=DAYS)
    low, high = interval(resampled(sums_by_day(per_day, 1), mean))
    half = 1.96 * per_day.std() / np.sqrt(DAYS)
    assert (low, high) == pytest.approx((per_day.mean() - half, per_day.mean() + half), abs=0.15 * half)


def test_samples_in_which_a_metric_is_not_defined_are_left_out():
    found = resampled(np.array([[1.0, 1.0], [0.0, 0.0]]), mean)
    assert np.isnan(found).any()
    assert interval(found) == (1.0, 1.0)
