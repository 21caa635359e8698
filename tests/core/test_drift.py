from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from cumulet.core import drift
from cumulet.core.sketches import FeatureSketch, InputSketch

shares = st.lists(st.integers(0, 50), min_size=4, max_size=4).filter(sum).map(lambda c: np.array(c) / sum(c))


@given(shares, shares)
def test_jensen_shannon_agrees_with_scipy(expected, actual):
    assert drift.jensen_shannon(expected, actual) == pytest.approx(
        float(np.nan_to_num(jensenshannon(expected, actual, base=2)) ** 2), abs=1e-9
    )


@given(shares, shares)
def test_distances_are_zero_for_the_same_and_symmetric(expected, actual):
    for distance in (drift.psi, drift.jensen_shannon, drift.kolmogorov_smirnov):
        assert distance(expected, expected) == 0
        assert distance(expected, actual) == pytest.approx(distance(actual, expected))
        assert distance(expected, actual) >= 0


def test_psi_of_a_known_shift():
    assert drift.psi([0.5, 0.5], [0.25, 0.75]) == pytest.approx(0.25 * np.log(2) + 0.25 * np.log(1.5))


def test_distributions_over_different_bins_are_refused():
    with pytest.raises(ValueError, match="different bins"):
        drift.psi([1], [0.5, 0.5])


def test_a_moved_number_an_unseen_text_and_a_missing_value_all_show():
    rng = np.random.default_rng(1)
    number, text = rng.normal(size=1000), np.array(["UA", "AA"] * 500, object)
    reference = InputSketch.learn({"number": number, "text": text})
    moved = reference.count({"number": np.append(number[500:] + 2, np.nan), "text": np.array(["ZZ"] * 501, object)})
    found = drift.of_inputs(reference, moved)
    assert found["number"].psi > 0.25
    assert found["number"].kolmogorov_smirnov > 0.5
    assert found["number"].missing == pytest.approx(1 / 501)
    assert found["text"].unseen == 1
    assert found["text"].kolmogorov_smirnov is None
    assert drift.of_inputs(reference, reference)["number"].psi == 0


def test_nothing_has_not_moved():
    reference = FeatureSketch.learn(np.arange(10.0))
    assert drift.between(reference, reference.count(np.zeros(0))).psi == 0
