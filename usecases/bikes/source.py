"""The operator's own system: asked for a day, it hands over what it knows at that midnight, as CSV.

What is known when: the hours of a day and whether it is a holiday, long before; the rentals of an hour and its weather,
when it ends.
"""

from __future__ import annotations

from datetime import date

import pyarrow.compute as pc

from cumulet.sources.day_by_day import DayByDay, Handed
from cumulet.sources.days import Days
from usecases.bikes import archive
from usecases.bikes.schema import OUTCOMES, RECORDS, WEATHER


class Source(DayByDay):
    """Two years of rentals as a system that answers day by day."""

    first_day = date(2011, 1, 1)
    last_day = date(2012, 12, 31)

    def tables(self) -> Handed:
        """The hours of a day; rentals and weather by the midnight that is the first to know them."""
        hours = archive.hours(archive.WHEEL.read(archive.FILE)[0])
        observed = hours.filter(pc.is_valid(hours["temperature"]))
        return {
            "records": (RECORDS, Days(hours, by="date")),
            "outcomes": (OUTCOMES, Days(hours, by="night")),
            "weather": (WEATHER, Days(observed, by="night")),
        }
