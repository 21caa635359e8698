from __future__ import annotations

import math

import numpy as np

from cumulet.core.calibration import calibration_gap, calibration_table


def test_each_bin_tells_what_was_said_and_what_came():
    table = calibration_table([0, 1, 1, 1], [0.12, 0.18, 0.92, 1.0])
    assert [(row["low"], row["rows"], row["rate"]) for row in table] == [(0.1, 2, 0.5), (0.9, 2, 1.0)]
    np.testing.assert_allclose([row["mean_prediction"] for row in table], [0.15, 0.96])


def test_the_gap_has_no_sign_and_needs_rows():
    assert calibration_gap([1, 1], [0.5, 0.5]) == 0.5
    assert math.isnan(calibration_gap([], []))
