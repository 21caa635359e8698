"""The context features of the bikes use case: what has been rented until midnight, and the weather then."""

from __future__ import annotations

from cumulet.core.specs import ContextSpec, Latest, Rate
from usecases.bikes.schema import hour, weekday, workday

AS_COUNTED = 1e-12
"""Hours are not shrunk to the mean of all: that of a night would be lifted far above what nights are."""

CONTEXT = ContextSpec(
    features=(
        Rate("rentals", (), (1, 7, 28), AS_COUNTED),
        Rate("rentals_hour", ("hour",), (1, 7, 28), AS_COUNTED),
        Rate("rentals_weekday_hour", ("weekday", "hour"), (7, 28), AS_COUNTED),
        Rate("rentals_workday_hour", ("workday", "hour"), (7, 28), AS_COUNTED),
        Latest("weather", (), ("condition", "temperature", "humidity", "wind"), time="observed_at"),
    ),
    derived={"hour": hour, "weekday": weekday, "workday": workday},
)
