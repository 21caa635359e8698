"""The context features of the flights use case: what the airline knows at 03:00 of how its days have been going."""

from __future__ import annotations

import numpy as np

from cumulet.core.schema import Columns
from cumulet.core.specs import ContextSpec, Count, Latest, Rate
from usecases.flights.schema import cancelled

WEEKS = (1, 7, 28)


def hour(columns: Columns) -> np.ndarray:
    """Hour of the scheduled departure, New York time, 0 to 23 (n,)."""
    at = columns["sched_dep"]
    return (at.astype("datetime64[h]") - at.astype("datetime64[D]")).astype(np.float64)


CONTEXT = ContextSpec(
    features=(
        Rate("late", (), WEEKS, strength=100),
        Rate("late_carrier", ("carrier",), WEEKS, strength=50),
        Rate("late_origin", ("origin",), WEEKS, strength=50),
        Rate("late_dest", ("dest",), WEEKS, strength=30),
        Rate("late_origin_carrier", ("origin", "carrier"), WEEKS, strength=30),
        Rate("late_flight", ("carrier", "flight"), (28,), strength=10),
        Rate("cancelled_origin", ("origin",), (1, 7), strength=50, value=cancelled),
        Count("departures", ("origin", "hour")),
        Latest(
            "weather",
            ("origin",),
            ("temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib"),
            time="observed_at",
        ),
    ),
    derived={"hour": hour},
)
