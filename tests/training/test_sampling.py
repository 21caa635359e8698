from __future__ import annotations

import numpy as np
import pytest

from training.sampling import draws, sample

IDS = np.array([f"flight-{n}" for n in range(20_000)], object)
DAYS = np.datetime64("2013-01-01") + np.arange(20_000) // 100


def test_a_sample_has_the_rows_asked_for_and_is_the_same_in_any_order():
    picked = sample(draws(IDS), DAYS, 5_000)
    assert len(picked) == 5_000
    assert (np.diff(picked) > 0).all()
    shuffled = np.random.default_rng(0).permutation(len(IDS))
    again = sample(draws(IDS[shuffled]), DAYS[shuffled], 5_000)
    assert set(IDS[shuffled][again]) == set(IDS[picked])


@pytest.mark.parametrize("maximum", [0, 20_000, 30_000])
def test_without_a_limit_below_their_number_all_rows_are_taken(maximum):
    assert sample(draws(IDS), DAYS, maximum).tolist() == list(range(20_000))


def test_without_a_half_life_every_day_has_its_share():
    by_quarter = np.bincount(sample(draws(IDS), DAYS, 5_000) // 5_000)
    assert by_quarter == pytest.approx(1_250, abs=120)


def test_a_row_a_half_life_older_is_half_as_likely_to_be_taken():
    by_day = np.bincount(sample(draws(IDS), DAYS, 1_000, half_life_days=50) // 5_000)
    newer, older = by_day[1:], by_day[:-1]
    assert older.sum() / newer.sum() == pytest.approx(0.5, abs=0.06)
