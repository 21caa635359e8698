from __future__ import annotations

import numpy as np
import pytest

from cumulet.core.encoding import encoded, shrunk_means


def test_a_mean_is_shrunk_to_that_of_all_by_so_many_rows():
    found = shrunk_means(["a", "a", "a", "b"], np.array([1.0, 1.0, 0.0, 0.0]), strength=2)
    assert found == pytest.approx({"a": (2 + 2 * 0.5) / 5, "b": (0 + 2 * 0.5) / 3})


def test_what_is_missing_counts_for_the_mean_of_all_but_has_none_of_its_own():
    assert shrunk_means(["a", ""], np.array([1.0, 0.0]), strength=1) == {"a": 0.75}


def test_what_was_never_seen_is_the_mean_of_all():
    assert encoded(["a", "z", ""], {"a": 0.75}, prior=0.5).tolist() == [0.75, 0.5, 0.5]
