from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from cumulet.contracts.errors import NotFoundError
from cumulet.core.simulator.comparison import by_day, moved, readable, see
from cumulet.core.tasks import MEAN
from usecases.digits import USE_CASE as DIGITS
from usecases.digits.example import seven
from usecases.flights import USE_CASE
from usecases.flights.source import Source

DAYS = [date(2013, 5, 1), date(2013, 5, 2), date(2013, 5, 3)]


@pytest.fixture(scope="module")
def airline() -> Source:
    return Source()


class Gap:
    """The airline without its second day, and with half of the file of its third."""

    first_day, last_day = DAYS[0], DAYS[-1]

    def __init__(self, source: Source) -> None:
        self.source = source

    def day(self, day: date) -> dict[str, bytes]:
        if day == DAYS[1]:
            raise NotFoundError("gone")
        tables = self.source.day(day)
        return {**tables, "records": tables["records"][: len(tables["records"]) // 2]} if day == DAYS[2] else tables


def test_rows_that_break_the_schema_come_twice_or_are_cut_are_counted_and_left_out(airline):
    data = airline.day(DAYS[0])["records"]
    whole, none = readable(data, USE_CASE.schema)
    assert none == 0
    lines = data.splitlines(keepends=True)
    spoilt = b"".join([*lines, lines[1], lines[2].replace(b",EWR,", b",XXX,"), lines[3][:20]])
    same, refused = readable(spoilt, USE_CASE.schema)
    assert refused == 3
    assert same["id"].tolist() == whole["id"].tolist()


def test_days_are_counted_with_what_is_missing_and_what_is_refused(airline):
    own, gap = (by_day(see(source, USE_CASE, DAYS), USE_CASE) for source in (airline, Gap(airline)))
    assert [row["records"] > 700 for row in own] == [True, True, True]
    assert own[0]["labels"] > 0.9 * own[0]["records"]
    assert 0 < own[0][MEAN] < 1
    assert own[2]["labels"] == 0
    assert own[2][MEAN] is None
    assert gap[1]["records"] == gap[1]["refused"] == 0
    assert gap[2]["records"] + gap[2]["refused"] == pytest.approx(own[2]["records"] / 2, abs=10)


def test_columns_that_moved_are_named_first_and_equal_days_have_not_moved(airline):
    own = see(airline, USE_CASE, DAYS)
    assert max(row["psi"] for row in moved(own, own, DAYS[0], USE_CASE)) == 0
    days = {day: {**columns, "seats": columns["seats"] * 3} for day, columns in own.days.items()}
    rows = moved(own, type(own)(days, own.labels, own.refused, own.side), DAYS[1], USE_CASE)
    assert rows[0]["column"] == "seats"
    assert rows[0]["mean after"] == pytest.approx(3 * rows[0]["mean before"])
    assert np.isfinite([row["psi"] for row in rows]).all()


class Sevens:
    """Two sevens a day, one of which a person read as a one."""

    first_day, last_day = date(2024, 4, 1), date(2024, 4, 2)

    def day(self, day: date) -> dict[str, bytes]:
        ids = [f"form-{day.day}{n}" for n in range(2)]
        records = "".join(f"{each},{day},{seven()}\n" for each in ids)
        outcomes = "".join(f"{each},{day},{said},{day}T12:00:00Z\n" for each, said in zip(ids, "17", strict=True))
        return {
            "records": f"id,scanned,image\n{records}".encode(),
            "outcomes": f"id,date,status,known_at\n{outcomes}".encode(),
        }


def test_several_classes_have_shares_labels_by_name_and_what_is_watched_of_a_picture():
    days = [Sevens.first_day, Sevens.last_day]
    found = see(Sevens(), DIGITS, days)
    first = by_day(found, DIGITS)[0]
    assert MEAN not in first
    assert (first["share of 1"], first["share of 7"], first["share of 9"]) == (0.5, 0.5, 0.0)
    columns = {(row["table"], row["column"]) for row in moved(found, found, days[0], DIGITS)}
    assert {("records", "ink"), ("outcomes", "label")} <= columns
