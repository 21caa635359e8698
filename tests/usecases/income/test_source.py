from __future__ import annotations

import io
from collections import Counter
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from cumulet.contracts.errors import NotFoundError
from usecases.income import USE_CASE, archive
from usecases.income.source import Source

CUT_OFF = USE_CASE.cut_off


@pytest.fixture(scope="module")
def files() -> list[bytes]:
    return archive.WHEEL.read(*archive.FILES)


@pytest.fixture(scope="module")
def people(files) -> pa.Table:
    return archive.people(files)


@pytest.fixture(scope="module")
def office() -> Source:
    return Source()


def test_a_year_s_answers_are_spread_evenly_over_its_days(people):
    days = Counter(people["date"].to_pylist())
    assert len(days) == 365 + 366 + 365 + 365
    for year, answers in {2015: 68_785, 2016: 69_126, 2017: 69_635, 2018: 70_131}.items():
        counts = [n for day, n in days.items() if day.year == year]
        assert sum(counts) == answers
        assert max(counts) - min(counts) <= 1


def test_what_a_day_gets_has_nothing_to_do_with_the_order_of_the_file(people):
    january = people.filter(pc.equal(people["date"], date(2016, 1, 15)))
    numbers = sorted(int(number) for number in january["id"].to_pylist())
    assert numbers[0] < 68_785 + 5_000 < 68_785 + 64_000 < numbers[-1]


def test_answers_bear_no_day_and_no_other_model_s_prediction(office):
    header, first = office.day(date(2015, 1, 9))["records"].decode().splitlines()[:2]
    assert header.split(",") == list(USE_CASE.schema.names)
    assert first.split(",")[1] == ""


def test_what_was_not_known_at_the_cut_off_is_not_handed_out(office):
    day = date(2016, 3, 14)  # the clocks have changed
    last, this = (CUT_OFF.at(d) for d in (day - timedelta(days=1), day))
    rows = [line.split(",") for line in office.day(day)["outcomes"].decode().splitlines()[1:]]
    known = [datetime.fromisoformat(row[-1]) for row in rows]
    assert len(rows) > 100
    assert last < min(known) <= max(known) <= this
    assert {(day - date.fromisoformat(row[1])).days for row in rows} == {3, 4, 5, 6, 7}


def test_every_label_is_known_when_performance_is_judged(people):
    lag = pc.days_between(people["date"], people["night"])
    assert pc.max(lag).as_py() == USE_CASE.label_lag_days


def test_every_answer_comes_once_with_the_outcome_of_its_own_number(people, files):
    assert pc.count_distinct(people["id"]).as_py() == len(people) == 277_677
    truth = pa.concat_tables(pq.read_table(io.BytesIO(files[n]), columns=["id", "employed"]) for n in (0, 2))
    expected = dict(zip(truth["id"].to_pylist(), truth["employed"].to_pylist(), strict=True))
    found = zip(people["id"].to_pylist(), people["status"].to_pylist(), strict=True)
    assert all(expected[int(number)] == (status == "employed") for number, status in found)


def test_codes_are_words_that_agree_with_age(people):
    def ages(field: str, word: str) -> list[int]:
        return people.filter(pc.equal(people[field], word))["age"].to_pylist()

    assert max(ages("cognition", "not asked")) < 5
    assert max(ages("military", "not asked")) < 17
    assert min(ages("marital_status", "widowed")) >= 15
    assert max(ages("parents", "both work")) < 18
    assert sum(ages("disability", "yes")) / len(ages("disability", "yes")) > 55
    assert not any(people[field].null_count for field in archive.CODES)


def test_a_day_is_the_same_bytes_every_time(office):
    assert office.day(date(2017, 5, 5)) == Source().day(date(2017, 5, 5))


def test_a_day_outside_the_years_is_refused_with_the_days_there_are(office):
    with pytest.raises(NotFoundError, match="2015-01-01 to 2018-12-31"):
        office.day(date(2019, 2, 1))
