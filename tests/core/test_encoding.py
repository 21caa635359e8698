from __future__ import annotations

import numpy as np
import pytest

from cumulet.core.encoding import LearntRates, encoded, shrunk_means


def test_a_mean_is_shrunk_to_that_of_all_by_so_many_rows():
    found = shrunk_means(["a", "a", "a", "b"], np.array([1.0, 1.0, 0.0, 0.0]), strength=2)
    assert found == pytest.approx({"a": (2 + 2 * 0.5) / 5, "b": (0 + 2 * 0.5) / 3})


def test_what_is_missing_counts_for_the_mean_of_all_but_has_none_of_its_own():
    assert shrunk_means(["a", ""], np.array([1.0, 0.0]), strength=1) == {"a": 0.75}


def test_what_was_never_seen_is_the_mean_of_all():
    assert encoded(["a", "z", ""], {"a": 0.75}, prior=0.5).tolist() == [0.75, 0.5, 0.5]


RATES = LearntRates(("to", "line"), strength=2)
COLUMNS = {"to": np.array(["Ulm", "Ulm", "Aalen", None], object), "line": np.array([1.0, 2.0, 2.0, 1.0])}


def test_rates_are_learnt_from_rows_with_a_label_alone():
    state = RATES.fit_state(COLUMNS, np.array([1.0, 0.0, np.nan, 1.0]))
    assert state["prior"] == pytest.approx(2 / 3)
    assert state["rates"]["to"] == pytest.approx({"Ulm": (1 + 2 * 2 / 3) / 4})
    assert state["rates"]["line"] == pytest.approx({"1": (2 + 2 * 2 / 3) / 4, "2": (0 + 2 * 2 / 3) / 3})


def test_a_code_never_seen_has_the_rate_of_all_and_there_is_a_feature_per_field():
    state = {"prior": 0.5, "rates": {"to": {"Ulm": 0.9}, "line": {"1": 0.1}}}
    found = dict(zip(RATES.names, RATES.features(COLUMNS, state), strict=True))
    assert {name: rate.tolist() for name, rate in found.items()} == {
        "to_rate": [0.9, 0.9, 0.5, 0.5],
        "line_rate": [0.1, 0.5, 0.5, 0.1],
    }
