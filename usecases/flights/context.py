"""The context features of the flights use case: what the airline knows at 03:00 of how its days have been going."""

from __future__ import annotations

import numpy as np

from cumulet.core import calendar
from cumulet.core.schema import Columns
from cumulet.core.specs import ContextSpec, Count, Latest, Rate
from usecases.flights.schema import MEASURES, cancelled

WINDOWS = (1, 7, 28)
"""Nights over which late arrivals are counted."""


def hour(columns: Columns) -> np.ndarray:
    """Hour of the scheduled departure, New York time, 0 to 23 (n,)."""
    return calendar.hour(columns["sched_dep"])


CONTEXT = ContextSpec(
    features=(
        Rate("late", (), WINDOWS, strength=100),
        Rate("late_carrier", ("carrier",), WINDOWS, strength=50),
        Rate("late_origin", ("origin",), WINDOWS, strength=50),
        Rate("late_dest", ("dest",), WINDOWS, strength=30),
        Rate("late_origin_carrier", ("origin", "carrier"), WINDOWS, strength=30),
        Rate("late_flight", ("carrier", "flight"), (28,), strength=10),
        Rate("cancelled_origin", ("origin",), (1, 7), strength=50, value=cancelled),
        Count("departures", ("origin", "hour")),
        Count("departures_carrier", ("origin", "carrier")),
        Count("departures_origin", ("origin",)),
        Latest("weather", ("origin",), MEASURES, time="observed_at"),
    ),
    derived={"hour": hour},
)
