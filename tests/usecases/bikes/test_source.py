from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pyarrow.compute as pc
import pytest

from cumulet.contracts.errors import NotFoundError
from usecases.bikes import USE_CASE, archive
from usecases.bikes.source import Source

CUT_OFF = USE_CASE.cut_off


@pytest.fixture(scope="module")
def data() -> bytes:
    return archive.WHEEL.read(archive.FILE)[0]


@pytest.fixture(scope="module")
def operator() -> Source:
    return Source()


def lines(source: Source, day: date, table: str) -> list[str]:
    return source.day(day)[table].decode().splitlines()[1:]


def test_a_day_has_its_hours_and_says_whether_it_is_a_holiday(operator):
    assert lines(operator, date(2011, 7, 4), "records")[17] == "2011-07-04T17,2011-07-04T17:00,yes"
    assert lines(operator, date(2011, 7, 5), "records")[0] == "2011-07-05T00,2011-07-05T00:00,no"
    assert len(lines(operator, date(2011, 7, 4), "records")) == 24


def test_the_hour_that_the_clocks_skip_is_not_asked_for(operator):
    hours = [line[11:13] for line in lines(operator, date(2011, 3, 13), "records")]
    assert hours == [f"{n:02}" for n in range(24) if n != 2]
    assert len(lines(operator, date(2011, 11, 6), "records")) == 24


@pytest.mark.parametrize("day", [date(2011, 1, 2), date(2011, 3, 14), date(2011, 11, 7), date(2012, 10, 30)])
def test_what_was_not_known_at_midnight_is_not_handed_out(operator, day):
    last, this = (CUT_OFF.at(d) for d in (day - timedelta(days=1), day))
    for table, at in (("outcomes", -1), ("weather", 0)):
        known = [datetime.fromisoformat(line.split(",")[at]) for line in lines(operator, day, table)]
        assert last < min(known) <= max(known) <= this


def test_every_hour_is_asked_for_once_and_every_count_of_the_file_comes_back(operator, data):
    days = [date(2011, 1, 1) + timedelta(days=n) for n in range(732)]
    asked = [line.split(",")[0] for day in days for line in lines(operator, day, "records")]
    ended = [line.split(",") for day in days for line in lines(operator, day, "outcomes")]
    assert asked == [row[0] for row in ended] == sorted(set(asked))
    assert len(asked) == 731 * 24 - 2
    counts = [int(row[6]) for row in ended if row[5] == "counted"]
    raw = [int(line.rsplit(b",", 1)[1]) for line in data.splitlines()[1:]]
    assert (len(counts), sum(counts), sorted(counts)) == (17_379, sum(raw), sorted(raw))
    assert {row[6] for row in ended if row[5] == "no count"} == {""}


def test_the_rows_of_the_file_are_put_in_order(operator):
    assert lines(operator, date(2012, 11, 6), "outcomes")[6] == (
        "2012-11-05T06,2012-11-05,6,0,1,counted,139,2012-11-05T12:00:00Z"
    )
    assert lines(operator, date(2012, 11, 6), "weather")[6] == "2012-11-05T12:00:00Z,2,6.1,49,19.0012"


def test_blank_weekdays_follow_from_the_date_and_blank_conditions_stay_missing(operator):
    hours = archive.hours(archive.WHEEL.read(archive.FILE)[0])
    assert hours["weekday"].null_count == 0
    counted = hours.filter(pc.equal(hours["status"], "counted"))
    assert counted["condition"].null_count == 1_258
    assert set(pc.unique(counted["condition"]).to_pylist()) == {1, 2, 3, 4, None}
    assert len(hours) - len(counted) == 163


def test_the_year_s_workdays_are_those_of_the_file(operator, data):
    hours = archive.hours(data)
    workdays = np.unique(hours.filter(pc.equal(hours["workday"], 1))["date"].to_numpy())
    assert {line.split(b",")[0].decode() for line in data.splitlines()[1:] if line.split(b",")[5] == b"Yes"} == {
        str(day) for day in workdays
    }


def test_a_day_is_the_same_bytes_every_time(operator):
    assert operator.day(date(2011, 5, 5)) == Source().day(date(2011, 5, 5))


def test_a_day_outside_the_years_is_refused_with_the_days_there_are(operator):
    with pytest.raises(NotFoundError, match="2011-01-01 to 2012-12-31"):
        operator.day(date(2013, 6, 1))


def test_the_last_counts_come_after_the_last_day(operator):
    tables = operator.day(date(2013, 1, 1))
    assert (tables["records"].count(b"\n"), tables["outcomes"].count(b"\n")) == (1, 25)
