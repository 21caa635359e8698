"""A database table as a source: each night takes what has changed since the last, and a killed one the same again."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from cumulet.adapters.sources import Table
from cumulet.contracts.errors import ContractError, NotFoundError


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "airline.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE outcomes (id TEXT PRIMARY KEY, arr_delay REAL, changed TEXT)")
    put(path, "a", 5, "2013-05-01T10:00:00Z")
    put(path, "b", None, "2013-05-02T10:00:00Z")
    return path


def put(path: Path, name: str, delay: float | None, changed: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?)", (name, delay, changed))


def source(database: Path) -> Table:
    return Table(database, ("outcomes",), "changed", database.parent / "state" / "marks.json")


def test_each_night_takes_what_has_changed_since_the_one_before(database: Path) -> None:
    assert source(database).day(date(2013, 5, 1)) == {"outcomes": b"id,arr_delay\na,5.0\n"}
    assert source(database).day(date(2013, 5, 2)) == {"outcomes": b"id,arr_delay\nb,\n"}
    with pytest.raises(NotFoundError, match="nothing has changed for 2013-05-03"):
        source(database).day(date(2013, 5, 3))


def test_a_corrected_row_comes_again_with_the_night_that_follows(database: Path) -> None:
    source(database).day(date(2013, 5, 1))
    put(database, "a", 50, "2013-05-02T11:00:00Z")
    assert source(database).day(date(2013, 5, 2)) == {"outcomes": b"id,arr_delay\nb,\na,50.0\n"}


def test_nights_that_were_left_out_are_made_up_for(database: Path) -> None:
    source(database).day(date(2013, 5, 1))
    put(database, "c", 1, "2013-05-04T11:00:00Z")
    assert source(database).day(date(2013, 5, 4)) == {"outcomes": b"id,arr_delay\nb,\nc,1.0\n"}


def test_a_hand_over_that_was_killed_gets_the_same_rows_again(database: Path) -> None:
    source(database).day(date(2013, 5, 1))
    first = source(database).day(date(2013, 5, 2))
    assert source(database).day(date(2013, 5, 2)) == first
    marks = json.loads((database.parent / "state" / "marks.json").read_text())
    assert marks == {"outcomes": {"2013-05-01": "2013-05-01T23:59:59Z", "2013-05-02": "2013-05-02T23:59:59Z"}}


def test_a_table_that_is_not_there_is_named(database: Path) -> None:
    with pytest.raises(ContractError, match="no such table: flights"):
        Table(database, ("flights",), "changed", database.parent / "marks.json").day(date(2013, 5, 1))
    with pytest.raises(ContractError, match="unable to open"):
        Table(database.parent / "none.db", ("flights",), "changed", database.parent / "marks.json").day(
            date(2013, 5, 1)
        )


def test_a_row_that_changes_in_the_second_of_the_cut_off_is_handed_over_once_and_not_lost(database: Path) -> None:
    put(database, "early", 1, "2013-05-01T23:59:58Z")
    source(database).day(date(2013, 5, 1))
    put(database, "late", 2, "2013-05-01T23:59:59Z")
    assert source(database).day(date(2013, 5, 2)) == {"outcomes": b"id,arr_delay\nlate,2.0\nb,\n"}
    with pytest.raises(NotFoundError):
        source(database).day(date(2013, 5, 3))


@pytest.mark.parametrize(
    "changed", [None, "2013-05-01 10:00:00", "2013-05-01T10:00:00.5Z", "2013-05-01T10:00:00+02:00"]
)
def test_a_moment_of_another_form_is_refused_before_it_is_in_the_wrong_night(
    database: Path, changed: str | None
) -> None:
    put(database, "odd", 1, changed)  # type: ignore[arg-type] - what a column without NOT NULL may hold
    with pytest.raises(ContractError, match=r"changed=.* in 1 rows of outcomes; write it as YYYY-MM-DDTHH:MM:SSZ"):
        source(database).day(date(2013, 5, 1))


def test_a_database_may_be_called_anything(database: Path) -> None:
    other = database.rename(database.with_name("air?line #1%.db"))
    assert source(other).day(date(2013, 5, 1)) == {"outcomes": b"id,arr_delay\na,5.0\n"}
