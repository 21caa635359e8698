"""The one transform of the flights use case: columns with context features in, a float32 matrix out.

What it learns, its state, are the rates of late arrivals by carrier, origin and destination in the training window,
shrunk to the overall rate, which is also the value of a code never seen. Missing numbers stay NaN.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cumulet.core import calendar
from cumulet.core.encoding import LearntRates
from cumulet.core.holidays import days_to_holiday
from cumulet.core.schema import Columns, matrix, rows
from usecases.flights.context import CONTEXT

RATES = LearntRates(("carrier", "origin", "dest"), strength=100)
SCHEDULE = (
    "hour", "minute", "weekday", "days_to_holiday", "distance", "block_minutes", "speed", "plane_age", "seats",
)  # fmt: skip
FEATURE_NAMES = (*SCHEDULE, *RATES.names, *CONTEXT.names)
RISING = ("late", *RATES.names, "hour", "departures", "weather_precip")
"""Features, by the start of their name, whose rise never makes a late arrival less likely."""
FALLING = ("weather_visib",)
"""Features whose rise never makes it more likely."""


def monotonic() -> list[int]:
    """For each feature 1 (rising), -1 (falling) or 0 (free): what a fit may not contradict on its few dozen days."""
    return [name.startswith(RISING) - name.startswith(FALLING) for name in FEATURE_NAMES]


def transform(columns: Columns, state: dict[str, Any]) -> np.ndarray:
    """The matrix (n, len(FEATURE_NAMES)), float32; one record is a batch of one."""
    at, distance, block = columns["sched_dep"], columns["distance"], columns["block_minutes"]
    schedule = (
        calendar.hour(at), calendar.minute(at), calendar.weekday(at), days_to_holiday(at.astype("datetime64[D]")),
        distance, block, distance / block, calendar.year(at) - columns["plane_year"], columns["seats"],
    )  # fmt: skip
    context = (columns[name] for name in CONTEXT.names)
    return matrix([*schedule, *RATES.features(columns, state), *context], rows(columns))
