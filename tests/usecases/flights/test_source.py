from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from cumulet.contracts.errors import NotFoundError
from cumulet.sources.files import read_csv
from cumulet.sources.local_time import to_utc
from usecases.flights import USE_CASE, archive
from usecases.flights.source import Source

CUT_OFF = USE_CASE.cut_off


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return archive.flights(archive.folder())


def test_a_day_has_its_own_flights_and_every_record_is_valid(airline, read_day):
    records = read_day(date(2013, 4, 1))["records"]
    assert len(records) == 970 == airline.day(date(2013, 4, 1))["records"].count(b"\n") - 1
    assert {record["sched_dep"][:10] for record in records} == {"2013-04-01"}
    assert records[1] == {
        "id": "2013-04-01-UA1545-EWR-0515",
        "sched_dep": "2013-04-01T05:15",
        "carrier": "UA",
        "flight": 1545,
        "origin": "EWR",
        "dest": "IAH",
        "distance": 1400,
        "block_minutes": 239,
        "plane_year": 2004,
        "seats": 149,
    }


@pytest.mark.parametrize("day", [date(2013, 2, 9), date(2013, 3, 10), date(2013, 11, 3), date(2013, 7, 4)])
def test_what_was_not_known_at_the_cut_off_is_not_handed_out(read_day, day):
    tables = read_day(day)
    last, this = (CUT_OFF.at(d) for d in (day - timedelta(days=1), day))
    assert len(tables["outcomes"]) > 100
    for name, field in (("outcomes", "known_at"), ("weather", "observed_at")):
        known = [datetime.fromisoformat(row[field]) for row in tables[name]]
        assert last < min(known) <= max(known) <= this


def test_every_flight_gets_exactly_one_outcome_within_the_year_and_ids_are_unique(airline, table):
    days = [date(2013, 1, 1) + timedelta(days=n) for n in range(367)]
    handed = [airline.day(day) for day in days]
    ids: dict[str, Counter[bytes]] = {
        name: Counter(line.split(b",", 1)[0] for tables in handed for line in tables[name].splitlines()[1:])
        for name in ("records", "outcomes")
    }
    assert ids["records"] == ids["outcomes"]
    assert len(ids["records"]) == len(table) == 336_776
    assert max(ids["records"].values()) == 1


def test_no_outcome_is_known_before_the_scheduled_departure_of_its_flight(table):
    departure = to_utc(table["sched_dep"].to_numpy(), CUT_OFF.time_zone)
    early = table.filter(pa.array(table["known_at"].to_numpy() < departure))
    assert len(early) == 0


def test_arrivals_are_in_the_zone_of_the_destination(table):
    def flight(day: date, carrier: str, number: int) -> dict[str, object]:
        keys = {"date": day, "carrier": carrier, "flight": number}
        found = table
        for name, value in keys.items():
            found = found.filter(pc.equal(found[name], value))
        (row,) = found.to_pylist()
        return row

    # JFK 23:59 EST to Ponce 04:45 AST; JFK 09:00 EST to Honolulu 15:30 HST; Phoenix has no summer time.
    assert flight(date(2013, 1, 1), "B6", 739)["block_minutes"] == 3 * 60 + 46
    assert flight(date(2013, 1, 1), "HA", 51)["block_minutes"] == 11 * 60 + 30
    phoenix = table.filter(pc.equal(table["dest"], "PHX"))
    month = pc.month(phoenix["date"]).to_numpy()
    block = phoenix["block_minutes"].to_numpy()
    assert abs(np.median(block[month == 2]) - np.median(block[month == 7])) < 30


def test_puerto_rico_keeps_its_clocks_when_new_york_changes_them(table):
    island = table.filter(pc.is_in(table["dest"], pa.array(["SJU", "BQN", "PSE", "STT"])))
    block = island["block_minutes"].to_numpy()
    assert len(block) == 7_602
    listed = read_csv(archive.folder() / "airports.csv", ("faa",))["faa"]
    assert set(table["dest"].to_pylist()) - set(listed.to_pylist()) == {"SJU", "BQN", "PSE", "STT"}
    assert 200 <= block.min() <= block.max() <= 270


def test_a_cancelled_flight_is_known_at_its_departure_and_has_no_delay(read_day):
    outcomes = read_day(date(2013, 2, 9))["outcomes"]
    cancelled = [row for row in outcomes if row["status"] == "cancelled"]
    assert sum(row["date"] == "2013-02-08" for row in cancelled) > 400
    assert all(row["arr_delay"] is None for row in cancelled)
    columns = USE_CASE.outcomes.columns(cancelled)
    assert np.isnan(USE_CASE.label.of(columns)).all()


def test_an_early_arrival_is_known_before_its_schedule(read_day):
    row = next(r for r in read_day(date(2013, 4, 1))["outcomes"] if r["id"] == "2013-03-30-B6199-JFK-2135")
    # JFK 21:35 EDT, at Las Vegas 00:38 PDT less 6 minutes: after 03:00 in New York, so a night later
    assert (row["arr_delay"], row["known_at"]) == (-6, "2013-03-31T07:13:00Z")


def test_a_day_is_the_same_bytes_every_time(airline):
    assert airline.day(date(2013, 5, 5)) == Source().day(date(2013, 5, 5))


def test_one_row_of_the_year_s_weather_breaks_the_schema(airline):
    lines = airline.day(date(2013, 2, 12))["weather"].decode().splitlines()
    schema = USE_CASE.side_tables["weather"]
    names = lines[0].split(",")
    problems = [
        p for line in lines[1:] for p in schema.check(schema.parse(dict(zip(names, line.split(","), strict=True))))
    ]
    assert [str(problem) for problem in problems] == ["wind_speed=1048.36058: give a value of at most 200 mph"]


def test_a_day_outside_the_year_is_refused_with_the_days_there_are(airline):
    with pytest.raises(NotFoundError, match="2013-01-01 to 2013-12-31"):
        airline.day(date(2014, 6, 1))


def test_the_last_outcomes_come_after_the_last_flights(airline):
    tables = airline.day(date(2014, 1, 1))
    assert tables["records"].count(b"\n") == 1
    assert tables["outcomes"].count(b"\n") > 500
    assert datetime(2014, 1, 1, 8, tzinfo=UTC) == CUT_OFF.at(date(2014, 1, 1))
