"""The tables of the flights use case: scheduled flights, their outcomes, the weather at the three origins."""

from __future__ import annotations

import numpy as np

from cumulet.core.schema import Columns, Field, Schema
from cumulet.core.usecase import CutOff

CUT_OFF = CutOff(hour=3, time_zone="America/New_York")
ORIGINS = ("EWR", "JFK", "LGA")
STATUSES = ("arrived", "cancelled", "diverted")
LATE_MINUTES = 15
AIRPORT, CARRIER = "[A-Z0-9]{3}", "[A-Z0-9]{2}"

ID = Field("id", "string", "names the flight of a day, e.g. 2013-04-01-UA1545-EWR-0515", pattern="[ -~]{1,64}")
KEYS = (
    Field("carrier", "string", "two-character carrier code, e.g. UA; new ones may come", pattern=CARRIER),
    Field("flight", "integer", "flight number, e.g. 1545", minimum=1, maximum=9999),
    Field("origin", "string", "airport of departure", categories=ORIGINS),
    Field("dest", "string", "airport of arrival, e.g. IAH; new ones may come", pattern=AIRPORT),
)

RECORDS = Schema(
    "flights",
    (
        Field("id", "string", ID.description, nullable=True, pattern=ID.pattern),
        Field("sched_dep", "datetime", "scheduled departure, New York time"),
        *KEYS,
        Field("distance", "number", "between the airports", minimum=10, maximum=6000, unit="miles"),
        Field("block_minutes", "number", "scheduled gate to gate", minimum=20, maximum=1200, unit="minutes"),
        Field("plane_year", "integer", "year the plane was built", nullable=True, minimum=1940, maximum=2100),
        Field("seats", "integer", "seats of the plane", nullable=True, minimum=1, maximum=900, unit="seats"),
    ),
    key=("sched_dep", "carrier", "flight", "origin"),
)

OUTCOMES = Schema(
    "outcomes",
    (
        ID,
        Field("date", "date", "day of the scheduled departure, New York time"),
        *KEYS,
        Field("status", "string", "how the flight ended", categories=STATUSES),
        Field(
            "arr_delay", "number", "arrival after schedule", nullable=True, minimum=-240, maximum=2880, unit="minutes"
        ),
        Field("known_at", "timestamp", "when the airline knew: at arrival, or when the flight was cancelled"),
    ),
    key=("id",),
)

WEATHER = Schema(
    "weather",
    (
        Field("origin", "string", "airport", categories=ORIGINS),
        Field("observed_at", "timestamp", "hour of the observation"),
        Field("temp", "number", "temperature", nullable=True, minimum=-40, maximum=130, unit="°F"),
        Field("dewp", "number", "dew point", nullable=True, minimum=-60, maximum=100, unit="°F"),
        Field("humid", "number", "relative humidity", nullable=True, minimum=0, maximum=100, unit="%"),
        Field("wind_dir", "number", "direction of the wind", nullable=True, minimum=0, maximum=360, unit="degrees"),
        Field("wind_speed", "number", "wind", nullable=True, minimum=0, maximum=200, unit="mph"),
        Field("precip", "number", "rain and snow in the hour", nullable=True, minimum=0, maximum=10, unit="inches"),
        Field("pressure", "number", "at sea level", nullable=True, minimum=900, maximum=1100, unit="millibars"),
        Field("visib", "number", "visibility", nullable=True, minimum=0, maximum=100, unit="miles"),
    ),
    key=("origin", "observed_at"),
)
MEASURES = tuple(field.name for field in WEATHER.fields if field.kind == "number")


def late(outcomes: Columns) -> np.ndarray:
    """1 when a flight arrived more than 15 minutes late, 0 when it did not, NaN when it never arrived (n,)."""
    delay = outcomes["arr_delay"]
    arrived = (outcomes["status"] == "arrived") & ~np.isnan(delay)
    return np.where(arrived, delay > LATE_MINUTES, np.nan)


def cancelled(rows: Columns) -> np.ndarray:
    """1 for label rows of cancelled flights, 0 for all others (n,)."""
    return (rows["status"] == "cancelled").astype(np.float64)
