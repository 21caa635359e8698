"""Parts of moments as numbers: what the clock and the calendar on the wall say (n,), float64. NaT is the caller's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Moments = NDArray[np.datetime64]
Floats = NDArray[np.float64]
THURSDAY = 3
"""Weekday of 1970-01-01, counted from Monday."""


def minute(at: Moments) -> Floats:
    """Minute of the hour, 0 to 59.

    >>> minute(np.array(["2013-04-01T17:15"], "datetime64[m]")).tolist()
    [15.0]
    """
    return np.asarray((at - at.astype("datetime64[h]")).astype("timedelta64[m]"), np.float64)


def hour(at: Moments) -> Floats:
    """Hour of the day, 0 to 23."""
    return np.asarray(at.astype("datetime64[h]") - at.astype("datetime64[D]"), np.float64)


def weekday(at: Moments) -> Floats:
    """Day of the week from Monday, 0.

    >>> weekday(np.array(["2013-04-01"], "datetime64[D]")).tolist()
    [0.0]
    """
    return ((at.astype("datetime64[D]").astype(np.int64) + THURSDAY) % 7).astype(np.float64)


def month(at: Moments) -> Floats:
    """Month of the year, 1 to 12."""
    return (at.astype("datetime64[M]").astype(np.int64) % 12 + 1).astype(np.float64)


def year(at: Moments) -> Floats:
    """The year."""
    return at.astype("datetime64[Y]").astype(np.float64) + 1970


def dates(year: Floats, month: Floats, day: Floats) -> Moments:
    """The dates of years, months and days of the month, datetime64[D] (n,).

    >>> dates(np.array([2013]), np.array([4]), np.array([30])).tolist()
    [datetime.date(2013, 4, 30)]
    """
    months = (year.astype(np.int64) - 1970) * 12 + month.astype(np.int64) - 1
    return np.asarray(months.astype("datetime64[M]").astype("datetime64[D]") + (day.astype(np.int64) - 1))
