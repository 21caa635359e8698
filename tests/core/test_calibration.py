from __future__ import annotations

import numpy as np

from cumulet.core.calibration import calibration_by_quantile, calibration_table


def test_each_bin_tells_what_was_said_and_what_came():
    table = calibration_table([0, 1, 1, 1], [0.12, 0.18, 0.92, 1.0])
    assert [(row["low"], row["rows"], row["mean_label"]) for row in table] == [(0.1, 2, 0.5), (0.9, 2, 1.0)]
    np.testing.assert_allclose([row["mean_prediction"] for row in table], [0.15, 0.96])


def test_numbers_are_binned_by_as_many_rows_each():
    p = np.arange(100.0) ** 2
    table = calibration_by_quantile(p + 1, p)
    assert [row["rows"] for row in table] == [10] * 10
    np.testing.assert_allclose([row["mean_label"] - row["mean_prediction"] for row in table], 1)
    assert table[-1]["high"] == 99**2


def test_numbers_that_are_all_alike_are_one_bin():
    (row,) = calibration_by_quantile([1.0, 3.0], [2.0, 2.0])
    assert (row["rows"], row["mean_prediction"], row["mean_label"]) == (2, 2.0, 2.0)
