from __future__ import annotations

from datetime import date

import numpy as np

from cumulet.core.holidays import days_to_holiday, federal_holidays


def test_the_holidays_of_2013():
    assert federal_holidays(2013) == (
        date(2013, 1, 1),
        date(2013, 1, 21),
        date(2013, 2, 18),
        date(2013, 5, 27),
        date(2013, 7, 4),
        date(2013, 9, 2),
        date(2013, 10, 14),
        date(2013, 11, 11),
        date(2013, 11, 28),
        date(2013, 12, 25),
    )


def test_juneteenth_is_a_holiday_since_2021():
    assert date(2021, 6, 19) in federal_holidays(2021)
    assert len(federal_holidays(2020)) == 10


def test_days_count_down_to_a_holiday_and_up_after_it():
    days = np.array(
        ["2013-07-02", "2013-07-04", "2013-07-07", "2012-12-31", "2013-12-29", "NaT"], dtype="datetime64[D]"
    )
    found = days_to_holiday(days)
    assert found[:5].tolist() == [-2, 0, 3, -1, -3]
    assert np.isnan(found[5])
    assert days_to_holiday(days[:0]).tolist() == []
