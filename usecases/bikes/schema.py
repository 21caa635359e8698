"""The tables of the bikes use case: the hours of a day, the rentals counted in them, the weather of the city."""

from __future__ import annotations

import numpy as np

from cumulet.core import calendar
from cumulet.core.schema import Columns, Field, Schema
from cumulet.core.usecase import CutOff

CUT_OFF = CutOff(hour=0, time_zone="America/New_York")
FREE_DAY = Field("free_day", "string", "a public holiday of the city", categories=("yes", "no"))
ID = Field("id", "string", "names the hour, e.g. 2011-07-01T17", pattern=r"\d{4}-\d\d-\d\dT\d\d")

RECORDS = Schema(
    "hours",
    (
        Field("id", "string", ID.description, nullable=True, pattern=ID.pattern),
        Field("at", "datetime", "when the hour begins, Washington time"),
        FREE_DAY,
    ),
    key=("at",),
)

OUTCOMES = Schema(
    "outcomes",
    (
        ID,
        Field("date", "date", "the day of the hour"),
        Field("hour", "integer", "hour of the day", minimum=0, maximum=23),
        Field("weekday", "integer", "from Monday, 0", minimum=0, maximum=6),
        Field("workday", "integer", "1 on a weekday that is no holiday", minimum=0, maximum=1),
        Field("status", "string", "whether somebody counted", categories=("counted", "no count")),
        Field("rentals", "integer", "bikes rented in the hour", nullable=True, minimum=0, maximum=5000, unit="rentals"),
        Field("known_at", "timestamp", "the end of the hour"),
    ),
    key=("id",),
)

WEATHER = Schema(
    "weather",
    (
        Field("observed_at", "timestamp", "the end of the hour that it describes"),
        Field("condition", "integer", "1 clear, 2 mist, 3 light rain or snow, 4 heavy", True, minimum=1, maximum=4),
        Field("temperature", "number", "in the shade", minimum=-40, maximum=55, unit="°C"),
        Field("humidity", "number", "relative humidity", minimum=0, maximum=100, unit="%"),
        Field("wind", "number", "wind", minimum=0, maximum=200, unit="km/h"),
    ),
    key=("observed_at",),
)


def rentals(outcomes: Columns) -> np.ndarray:
    """The rentals of an hour, NaN where nobody counted (n,)."""
    return np.where(outcomes["status"] == "counted", outcomes["rentals"], np.nan)


def hour(columns: Columns) -> np.ndarray:
    """Hour of the day, 0 to 23 (n,)."""
    return calendar.hour(columns["at"])


def weekday(columns: Columns) -> np.ndarray:
    """Day of the week from Monday, 0 (n,)."""
    return calendar.weekday(columns["at"])


def workday(columns: Columns) -> np.ndarray:
    """1 on a weekday that is no holiday, else 0 (n,)."""
    return ((weekday(columns) < 5) & (columns["free_day"] == "no")).astype(np.float64)
