"""The office's own system: asked for a day, it hands over the answers that came, and what became known of earlier ones.

The answers bear no date (`asked` is missing): they are of the day on which they come.
"""

from __future__ import annotations

from datetime import date

from cumulet.sources.day_by_day import DayByDay, Handed
from cumulet.sources.days import Days
from usecases.income import archive
from usecases.income.schema import OUTCOMES, RECORDS


class Source(DayByDay):
    """Four years of answers as a system that answers day by day."""

    first_day = date(2015, 1, 1)
    last_day = date(2018, 12, 31)

    def tables(self) -> Handed:
        """The answers of a day; outcomes by the night that is the first to know them."""
        people = archive.people(archive.WHEEL.read(*archive.FILES))
        return {"records": (RECORDS, Days(people, by="date")), "outcomes": (OUTCOMES, Days(people, by="night"))}
