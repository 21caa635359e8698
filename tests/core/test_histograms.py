"""Histograms of a column of two datasets."""

from __future__ import annotations

import numpy as np

from cumulet.core.histograms import histogram


def test_histograms_share_their_bins_and_sum_to_one():
    numbers = histogram("km", np.arange(100.0), np.append(np.arange(50.0, 150.0), np.nan))
    assert abs(sum(numbers.before) - 1) < 1e-9
    assert abs(sum(numbers.after) - 1) < 1e-9
    texts = histogram("to", np.array(["Ulm", "Ulm", None], object), np.array(["Bonn"], object))
    assert dict(zip(texts.values, zip(texts.before, texts.after, strict=True), strict=True)) == {
        "Ulm": (1.0, 0.0),
        "Bonn": (0.0, 1.0),
    }
