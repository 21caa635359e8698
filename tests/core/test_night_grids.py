"""Label rows in a grid of nights: an outcome that is sent again counts once, as long as the first is looked back on."""

from __future__ import annotations

import numpy as np

from cumulet.core.night_grids import Arrivals, Grid, counts_from


def test_an_outcome_sent_again_counts_when_the_first_is_forgotten():
    labels = {"id": np.array(["a", "a", "b", "a"], object)}
    assert counts_from(labels, np.array([0, 5, 5, 40]), 28).tolist() == [0, 28, 5, 40]


def test_a_window_sums_the_rows_that_became_known_in_its_nights():
    known = np.array([0, 1, 1, 4])
    arrivals = Arrivals(known, known, span=5, ends=np.array([2, 5]))
    grid = Grid(arrivals, np.arange(4), np.array([0, 0, 1, 1]), 2, np.array([1.0, 2.0, 4.0, 8.0]))
    assert grid.window(1, slice(None)).tolist() == [[2.0, 4.0], [0.0, 8.0]]
    assert grid.window(5, slice(None)).tolist() == [[3.0, 4.0], [3.0, 12.0]]
