"""The one transform of the flights use case: columns with context features in, a float32 matrix out.

What it learns, its state, are the rates of late arrivals by carrier, origin and destination in the training window,
shrunk to the overall rate, which is also the value of a code never seen. Missing numbers stay NaN.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cumulet.core.encoding import encoded, shrunk_means
from cumulet.core.keys import row_keys
from cumulet.core.schema import Columns, rows, select
from usecases.flights.context import CONTEXT, hour
from usecases.flights.holidays import days_to_holiday

RATES: dict[str, tuple[tuple[str, ...], float]] = {
    "carrier_rate": (("carrier",), 100.0),
    "origin_rate": (("origin",), 100.0),
    "dest_rate": (("dest",), 100.0),
}
"""Feature to the columns it groups by and the strength of its shrinkage, in rows."""
THURSDAY = 3
"""Weekday of 1970-01-01, counted from Monday."""

SCHEDULE = (
    "hour", "minute", "weekday", "days_to_holiday", "distance", "block_minutes", "speed", "plane_age", "seats",
)  # fmt: skip
FEATURE_NAMES = (*SCHEDULE, *RATES, *CONTEXT.names)
RISING = ("late", "carrier_rate", "origin_rate", "dest_rate", "hour", "departures", "weather_precip")
"""Features, by the start of their name, whose rise never makes a late arrival less likely."""
FALLING = ("weather_visib",)
"""Features whose rise never makes it more likely."""


def monotonic() -> list[int]:
    """For each feature 1 (rising), -1 (falling) or 0 (free): what a fit may not contradict on its few dozen days."""
    return [name.startswith(RISING) - name.startswith(FALLING) for name in FEATURE_NAMES]


def fit_state(columns: Columns, y: np.ndarray) -> dict[str, Any]:
    """The shrunk rates of a training window; `y` (n,) is 1, 0, or NaN for rows without a label."""
    known = ~np.isnan(y)
    columns, y = select(columns, known), y[known]
    rates = {
        name: shrunk_means(row_keys([columns[c] for c in group], len(y)), y, strength)
        for name, (group, strength) in RATES.items()
    }
    return {"prior": float(y.mean()), "rates": rates}


def transform(columns: Columns, state: dict[str, Any]) -> np.ndarray:
    """The matrix (n, len(FEATURE_NAMES)), float32; one record is a batch of one."""
    n = rows(columns)
    matrix = np.empty((n, len(FEATURE_NAMES)), dtype=np.float32)
    parts = [*_schedule(columns), *_learnt(columns, state, n), *(columns[name] for name in CONTEXT.names)]
    for position, part in enumerate(parts):
        matrix[:, position] = part
    return matrix


def _schedule(columns: Columns) -> list[np.ndarray]:
    at, distance, block = columns["sched_dep"], columns["distance"], columns["block_minutes"]
    day = at.astype("datetime64[D]")
    minute = (at - at.astype("datetime64[h]")).astype(np.float64)
    weekday = (day.astype(np.int64) + THURSDAY) % 7
    year = day.astype("datetime64[Y]").astype(np.float64) + 1970
    plane_age = year - columns["plane_year"]
    return [
        hour(columns), minute, weekday, days_to_holiday(day), distance, block, distance / block, plane_age,
        columns["seats"],
    ]  # fmt: skip


def _learnt(columns: Columns, state: dict[str, Any], n: int) -> list[np.ndarray]:
    return [
        encoded(row_keys([columns[c] for c in group], n), state["rates"][name], state["prior"])
        for name, (group, _) in RATES.items()
    ]
