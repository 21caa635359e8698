"""Rules of thumb for late arrivals: what a dispatcher would guess at 03:00, before any outcome is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cumulet.core.schema import Columns
from cumulet.core.training_data.labelling import ABSTAIN, Labelling, LabellingFunction, vote_where
from usecases.flights.context import hour

ON_TIME, LATE = 0, 1
Votes = NDArray[np.int64]


def between(values: NDArray[np.generic], low: float, high: float) -> Votes:
    """ON_TIME below `low`, LATE from `high` on, ABSTAIN in between and where the value is missing."""
    return np.where(values >= high, LATE, np.where(values < low, ON_TIME, ABSTAIN))


def time_of_day(columns: Columns) -> Votes:
    """Delays add up over the day."""
    return between(hour(columns), 10, 17)


def day_before(columns: Columns) -> Votes:
    """Late arrivals of the airport, yesterday."""
    return between(columns["late_origin_1"], 0.15, 0.35)


def its_own_record(columns: Columns) -> Votes:
    """How often this very flight was late in four weeks."""
    return between(columns["late_flight_28"], 0.15, 0.33)


def carrier_and_airport(columns: Columns) -> Votes:
    """How the carrier does at this airport, this week."""
    return between(columns["late_origin_carrier_7"], 0.15, 0.32)


def bad_weather(columns: Columns) -> Votes:
    """Poor sight or rain in the night before says late; good weather says nothing."""
    return vote_where((columns["weather_visib"] < 5) | (columns["weather_precip"] > 0.02), LATE)


def early_bird(columns: Columns) -> Votes:
    """Before 07:00 the plane has stood here all night."""
    return vote_where(hour(columns) < 7, ON_TIME)


FUNCTIONS = (time_of_day, day_before, its_own_record, carrier_and_airport, bad_weather, early_bird)

LABELLING = Labelling(
    classes=("on time", "late"),
    functions=tuple(LabellingFunction(each.__name__, (each.__doc__ or "").rstrip("."), each) for each in FUNCTIONS),
)
