from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from cumulet.contracts.errors import NotFoundError
from cumulet.core.schema import Field, Schema
from cumulet.sources.day_by_day import DayByDay, Handed
from cumulet.sources.days import Days

TRIPS = Schema("trips", (Field("id", "string", "names the trip"),), ("id",))
FIRST, SECOND, THIRD = (date(2013, 4, day) for day in (1, 2, 3))


class Buses(DayByDay):
    """Two trips; what came of the second is known a night later."""

    first_day = FIRST
    last_day = SECOND
    asked = 0

    def tables(self) -> Handed:
        self.asked += 1
        trips = pa.table({"id": ["a", "b"], "date": [FIRST, SECOND], "night": [SECOND, THIRD]})
        return {"records": (TRIPS, Days(trips, by="date")), "outcomes": (TRIPS, Days(trips, by="night"))}


def test_a_day_has_its_records_and_what_its_night_is_the_first_to_know():
    buses = Buses()
    assert buses.day(FIRST) == {"records": b"id\na\n", "outcomes": b"id\n"}
    assert buses.day(SECOND) == {"records": b"id\nb\n", "outcomes": b"id\na\n"}
    assert buses.day(THIRD) == {"records": b"id\n", "outcomes": b"id\nb\n"}
    assert buses.asked == 1


def test_a_day_of_which_nothing_is_known_is_refused_with_the_days_there_are():
    with pytest.raises(NotFoundError, match="2013-04-04: there are records from 2013-04-01 to 2013-04-02 only"):
        Buses().day(date(2013, 4, 4))
