"""Rules of thumb for late arrivals: what a dispatcher would guess at 03:00, before any outcome is known."""

from __future__ import annotations

from cumulet.core.schema import Columns
from cumulet.core.training_data.labelling import Labelling, LabellingFunction, Votes, vote_between, vote_where
from usecases.flights.context import hour

ON_TIME, LATE = BOTH = (0, 1)


def time_of_day(columns: Columns) -> Votes:
    """Delays add up over the day."""
    return vote_between(hour(columns), 10, 17, BOTH)


def day_before(columns: Columns) -> Votes:
    """Late arrivals of the airport, yesterday."""
    return vote_between(columns["late_origin_1"], 0.15, 0.35, BOTH)


def its_own_record(columns: Columns) -> Votes:
    """How often this very flight was late in four weeks."""
    return vote_between(columns["late_flight_28"], 0.15, 0.33, BOTH)


def carrier_and_airport(columns: Columns) -> Votes:
    """How the carrier does at this airport, this week."""
    return vote_between(columns["late_origin_carrier_7"], 0.15, 0.32, BOTH)


def bad_weather(columns: Columns) -> Votes:
    """Poor sight or rain in the night before says late; good weather says nothing."""
    return vote_where((columns["weather_visib"] < 5) | (columns["weather_precip"] > 0.02), LATE)


def early_bird(columns: Columns) -> Votes:
    """Before 07:00 the plane has stood here all night."""
    return vote_where(hour(columns) < 7, ON_TIME)


FUNCTIONS = (time_of_day, day_before, its_own_record, carrier_and_airport, bad_weather, early_bird)

LABELLING = Labelling(classes=("on time", "late"), functions=tuple(map(LabellingFunction.of, FUNCTIONS)))
