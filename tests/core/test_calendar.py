from __future__ import annotations

import numpy as np
import pytest

from cumulet.core import calendar

AT = np.array(["1969-12-28T23:59", "2013-04-01T17:15", "2016-02-29T00:00"], "datetime64[m]")


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (calendar.minute, [59, 15, 0]),
        (calendar.hour, [23, 17, 0]),
        (calendar.weekday, [6, 0, 0]),
        (calendar.month, [12, 4, 2]),
        (calendar.year, [1969, 2013, 2016]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_parts_of_moments_are_those_of_the_calendar_before_1970_too(part, expected) -> None:
    found = part(AT)
    assert (found.tolist(), found.dtype) == (expected, np.float64)


def test_seconds_are_left_out_of_the_minute_s_hour() -> None:
    assert calendar.minute(AT.astype("datetime64[s]")).tolist() == [59, 15, 0]


def test_a_date_is_made_of_its_parts_again() -> None:
    days = np.array(["1969-12-31", "2016-02-29", "2013-03-01"], "datetime64[D]")
    day = (days - days.astype("datetime64[M]")).astype(int) + 1
    assert calendar.dates(calendar.year(days), calendar.month(days), day).tolist() == days.tolist()
