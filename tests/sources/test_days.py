from __future__ import annotations

from datetime import date, datetime

import pyarrow as pa
import pytest

from cumulet.core.schema import Field, Schema
from cumulet.sources.days import Days, to_csv

TRIPS = Schema(
    "trips",
    (
        Field("to", "string", "city", nullable=True),
        Field("km", "number", "how far", nullable=True),
        Field("day", "date", "day", nullable=True),
        Field("left", "datetime", "departure", nullable=True),
        Field("seen", "timestamp", "arrival", nullable=True),
    ),
    ("to",),
)


def table(**columns: list[object]) -> pa.Table:
    moments = [datetime(2013, 4, 1, 5, 15), None]
    given = {
        "to": ["Ulm", None],
        "km": [1.5, None],
        "day": pa.array([date(2013, 4, 1), None]),
        "left": pa.array(moments, pa.timestamp("s")),
        "seen": pa.array(moments, pa.timestamp("s")),
        "not_a_field": [1, 2],
    }
    return pa.table({**given, **columns})


def test_a_day_s_rows_are_found_in_their_order_whatever_order_the_days_have():
    days = pa.array([date(2013, 4, 2), date(2013, 4, 1), date(2013, 4, 2), date(2013, 4, 4)])
    trips = Days(pa.table({"day": days, "n": [1, 2, 3, 4]}), by="day")
    found = {day: trips.of(date(2013, 4, day))["n"].to_pylist() for day in range(1, 6)}
    assert found == {1: [2], 2: [1, 3], 3: [], 4: [4], 5: []}


def test_csv_has_the_schema_s_fields_and_moments_as_their_kind_wants_them():
    assert to_csv(TRIPS, table()).decode().splitlines() == [
        "to,km,day,left,seen",
        "Ulm,1.5,2013-04-01,2013-04-01T05:15,2013-04-01T05:15:00Z",
        ",,,,",
    ]


def test_what_is_written_is_what_the_schema_reads():
    header, first, _ = to_csv(TRIPS, table()).decode().splitlines()
    record = TRIPS.parse(dict(zip(header.split(","), first.split(","), strict=True)))
    assert TRIPS.check(record) == ()
    assert record["km"] == 1.5


def test_text_that_would_need_quotes_is_refused():
    with pytest.raises(pa.ArrowInvalid):
        to_csv(TRIPS, table(to=["Ulm, Donau", None]))
