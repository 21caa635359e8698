from __future__ import annotations

import numpy as np
import pytest

from cumulet.core.training_data.weighing import by_age, by_class, together, weighed

Y = np.repeat([0.0, 1.0], [80, 20])
COLUMNS = {"at": np.datetime64("2013-01-01T00:00") + np.arange(100) * np.timedelta64(1, "D")}


def test_a_row_a_half_life_older_counts_half():
    weights = by_age("at", 10)(COLUMNS, Y)
    assert weights[50] / weights[60] == pytest.approx(0.5)
    assert weights.mean() == pytest.approx(1)


def test_several_weighings_multiply_and_are_clipped_together():
    weights = together(by_class(), by_age("at", 10), limit=3)(COLUMNS, Y)
    assert weights[81] / weights[79] == pytest.approx(4 * 2**0.2)
    assert weights.max() == weights[99] == weights[98]
    assert weights.mean() == pytest.approx(1)


def test_no_declaration_is_no_weights_and_a_wrong_one_is_refused():
    assert weighed(None, COLUMNS, Y) is None
    assert weighed(by_class(), COLUMNS, Y).mean() == pytest.approx(1)
    with pytest.raises(ValueError, match="one weight per row"):
        weighed(lambda columns, y: np.ones(3), COLUMNS, Y)
    with pytest.raises(ValueError, match="finite"):
        weighed(lambda columns, y: np.full(len(y), np.nan), COLUMNS, Y)
