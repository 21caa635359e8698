from __future__ import annotations

import numpy as np
import pytest

from cumulet.core.training_data.draws import draws

IDS = np.array([f"flight-{n}" for n in range(20_000)], object)


def test_draws_are_uniform_and_the_same_in_any_order():
    drawn = draws(IDS, "a seed")
    assert np.histogram(drawn, 10, (0, 1))[0] == pytest.approx(2_000, abs=200)
    order = np.random.default_rng(0).permutation(len(IDS))
    assert (draws(IDS[order], "a seed") == drawn[order]).all()


def test_two_seeds_draw_independently_of_each_other_and_of_none():
    kinds = [draws(IDS), draws(IDS, "1"), draws(IDS, "2")]
    correlations = np.corrcoef(kinds)[np.triu_indices(3, 1)]
    assert correlations == pytest.approx(0, abs=0.03)
    together = np.mean((kinds[1] < 0.1) & (kinds[2] < 0.1))
    assert together == pytest.approx(0.01, abs=0.004)
