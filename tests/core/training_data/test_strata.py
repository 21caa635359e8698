from __future__ import annotations

import numpy as np
import pytest

from cumulet.core.training_data.draws import draws
from cumulet.core.training_data.strata import allocation, inverse_probability, strata_of, stratified

IDS = np.array([f"row-{n}" for n in range(10_000)], object)
STRATA = np.repeat([0, 1, 2], [9_000, 970, 30])


def test_rows_of_equal_values_share_a_stratum_and_missing_is_one_of_its_own():
    positions, names = strata_of([np.array(["EWR", "JFK", None, "EWR"], object), np.array([1.0, 0.0, 1.0, 1.0])], 4)
    assert names == ["", "EWR|1", "JFK|0"]
    assert positions.tolist() == [1, 2, 0, 1]


def test_every_stratum_has_its_share_and_the_sum_is_exact():
    picked = stratified(draws(IDS), STRATA, 1_000)
    assert np.bincount(STRATA[picked]).tolist() == [900, 97, 3]
    assert (np.diff(picked) > 0).all()


def test_the_order_of_the_rows_does_not_matter():
    order = np.random.default_rng(1).permutation(len(IDS))
    again = stratified(draws(IDS[order]), STRATA[order], 1_000)
    assert set(IDS[order][again]) == set(IDS[stratified(draws(IDS), STRATA, 1_000)])


def test_a_floor_lifts_what_is_rare_up_to_all_it_has_at_the_expense_of_the_others():
    assert allocation(np.array([9_000, 970, 30]), 1_000, floor=100).tolist() == [870, 100, 30]


def test_remainders_go_to_the_largest_and_nothing_is_lost():
    assert allocation(np.array([5, 3, 2]), 4).tolist() == [2, 1, 1]


@pytest.mark.parametrize("maximum", [0, 10_000, 20_000])
def test_without_a_limit_below_their_number_all_rows_are_taken(maximum):
    assert stratified(draws(IDS), STRATA, maximum).tolist() == list(range(10_000))


def test_floors_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="lower the floor"):
        allocation(np.array([500, 500]), 100, floor=60)


def test_inverse_probabilities_give_the_population_its_mean_back():
    value = STRATA.astype(float)
    picked = stratified(draws(IDS), STRATA, 300, floor=100)
    weights = inverse_probability(STRATA, picked)
    assert value[picked].mean() > 0.4
    assert np.average(value[picked], weights=weights) == pytest.approx(value.mean())
    assert weights.mean() == pytest.approx(1)
