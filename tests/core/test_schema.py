from __future__ import annotations

import math

import numpy as np
import pytest

from cumulet.core.schema import Field, Schema, concatenate, matrix, rows, select

TRIPS = Schema(
    "trips",
    (
        Field("id", "string", "names the trip", nullable=True, pattern="[a-z]{1,4}"),
        Field("city", "string", "where it starts", categories=("Ulm", "Bonn")),
        Field("seats", "integer", "of the bus", nullable=True, minimum=1, maximum=90, unit="seats"),
        Field("km", "number", "how far", minimum=0.5),
        Field("day", "date", "of the trip"),
        Field("leaves", "datetime", "local time"),
        Field("known_at", "timestamp", "UTC"),
    ),
    key=("city", "leaves"),
)
GOOD = {
    "id": "abc",
    "city": "Ulm",
    "seats": 40,
    "km": 12.5,
    "day": "2013-04-01",
    "leaves": "2013-04-01T05:15",
    "known_at": "2013-04-01T09:15:00Z",
}


def test_a_valid_record_has_no_problem():
    assert TRIPS.check(GOOD) == ()
    assert TRIPS.check({**GOOD, "id": None, "seats": None}) == ()


@pytest.mark.parametrize(
    ("field", "value", "remedy"),
    [
        ("city", None, "give city: where it starts"),
        ("city", 7, "give text, not int"),
        ("city", "Rome", "give one of Ulm, Bonn"),
        ("id", "ABCDE", "give text that matches [a-z]{1,4}"),
        ("seats", "many", "give a whole number, not str"),
        ("seats", True, "give a whole number, not bool"),
        ("seats", 4.5, "give a whole number"),
        ("seats", 0, "give a value of at least 1 seats"),
        ("seats", 91, "give a value of at most 90 seats"),
        ("km", 0.4, "give a value of at least 0.5"),
        ("km", math.nan, "give a number that is finite, or leave it out where it may be missing"),
        ("km", math.inf, "give a number that is finite, or leave it out where it may be missing"),
        ("km", 10**400, "give a number that is finite, or leave it out where it may be missing"),
        ("day", "2013-02-30", "give a date as YYYY-MM-DD"),
        ("leaves", "2013-04-01T25:00", "give a local time as YYYY-MM-DDTHH:MM, without zone"),
        ("leaves", "2013-04-01T05:15Z", "give a local time as YYYY-MM-DDTHH:MM, without zone"),
        ("leaves", 5, "give a local time as YYYY-MM-DDTHH:MM, without zone"),
        ("known_at", "2013-04-01T09:15:00", "give a UTC time as YYYY-MM-DDTHH:MM:SSZ"),
    ],
)
def test_each_problem_names_field_value_and_remedy(field, value, remedy):
    (problem,) = TRIPS.check({**GOOD, field: value})
    assert (problem.field, problem.remedy) == (field, remedy)
    assert problem.value is value


def test_an_unknown_field_is_a_problem_that_names_the_known_ones():
    (problem,) = TRIPS.check({**GOOD, "speed": 3})
    assert problem.field == "speed"
    assert "trips have no such field" in problem.remedy
    assert "known_at" in problem.remedy


def test_all_problems_of_a_record_are_reported_at_once():
    assert {problem.field for problem in TRIPS.check({"city": "Rome", "km": -1})} == {
        "city",
        "km",
        "day",
        "leaves",
        "known_at",
    }


def test_csv_text_becomes_typed_values_and_unreadable_text_stays_for_the_check():
    row = {"id": "", "seats": "40.0", "km": "12", "city": " Ulm ", "leaves": "2013-04-01T05:15"}
    parsed = TRIPS.parse(row)
    assert parsed == {"id": None, "seats": 40, "km": 12.0, "city": "Ulm", "leaves": "2013-04-01T05:15"}
    assert isinstance(parsed["seats"], int)
    assert TRIPS.parse({"km": "far", "speed": "3"}) == {"km": "far", "speed": "3"}


def test_columns_are_typed_and_missing_values_have_their_own_mark():
    columns = TRIPS.columns([GOOD, {"city": "Bonn"}])
    assert [str(column.dtype) for column in columns.values()] == [
        "object",
        "object",
        "float64",
        "float64",
        "datetime64[D]",
        "datetime64[m]",
        "datetime64[s]",
    ]
    assert columns["known_at"][0] == np.datetime64("2013-04-01T09:15:00")
    assert columns["id"][1] is None
    assert np.isnan(columns["seats"][1])
    assert np.isnat(columns["leaves"][1])


def test_records_come_back_from_their_columns():
    assert TRIPS.records(TRIPS.columns([GOOD, {**GOOD, "id": None, "seats": None}])) == [
        GOOD,
        {**GOOD, "id": None, "seats": None},
    ]


def test_no_records_give_columns_without_rows():
    assert rows(TRIPS.columns([])) == 0
    assert TRIPS.records(TRIPS.columns([])) == []


def test_the_hash_follows_the_schema():
    wider = Schema("trips", (*TRIPS.fields, Field("fare", "number", "paid")), TRIPS.key)
    assert TRIPS.hash == Schema("trips", TRIPS.fields, TRIPS.key).hash != wider.hash


def test_tables_are_selected_and_stacked_by_row():
    columns = TRIPS.columns([GOOD, {**GOOD, "city": "Bonn"}])
    back = concatenate([select(columns, slice(1, 2)), select(columns, np.array([True, False]))])
    assert back["city"].tolist() == ["Bonn", "Ulm"]
    assert concatenate([]) == {}


def test_features_become_a_float32_matrix_side_by_side():
    found = matrix([np.array([1.5, np.nan]), np.array([True, False])], 2)
    assert np.array_equal(found, np.array([[1.5, 1], [np.nan, 0]], np.float32), equal_nan=True)
    assert (found.dtype, matrix([np.zeros(0)], 0).shape) == (np.float32, (0, 1))
