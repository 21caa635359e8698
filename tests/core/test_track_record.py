"""Several forecasters on the same records."""

from __future__ import annotations

import numpy as np
import pytest

from cumulet.core.metrics import skill
from cumulet.core.tasks import Binary, CostMatrix
from cumulet.core.track_record import TrackRecord

TASK = Binary(CostMatrix(miss=4))


@pytest.fixture
def record() -> TrackRecord:
    rng = np.random.default_rng(3)
    y = (rng.random(400) < 0.3).astype(float)
    days = np.repeat(np.array(["2013-04-30", "2013-05-01"], "datetime64[D]"), 200)
    return TrackRecord(days=days, y=y, forecasts={"good": np.where(y > 0, 0.7, 0.1), "none": np.full(400, 0.3)})


def test_the_whole_has_every_forecaster_on_the_same_rows(record):
    whole = record.whole(TASK)
    assert list(whole) == ["good", "none"]
    assert {figures["rows"] for figures in whole.values()} == {400}
    assert (whole["good"]["roc_auc"], whole["none"]["roc_auc"]) == (1.0, 0.5)


def test_a_month_has_the_rows_of_its_days_alone(record):
    months = record.by_month(TASK)
    assert [(row["month"], row["forecaster"]) for row in months] == [
        ("2013-04", "good"), ("2013-04", "none"), ("2013-05", "good"), ("2013-05", "none"),
    ]  # fmt: skip
    assert [row["rows"] for row in months] == [200] * 4
    assert months[3]["skill"] == skill(record.y[200:], np.full(200, 0.3))


def test_cost_is_that_of_acting_at_the_threshold_of_the_cost_matrix(record):
    """0.3 is above 0.2, so the second forecaster always acts: every negative is a false alarm."""
    assert record.whole(TASK)["none"]["cost"] == pytest.approx(1 - record.y.mean())
    assert record.whole(TASK)["good"]["cost"] == 0
