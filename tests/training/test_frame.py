"""The frame check says the same as the schema it is generated from, and names what a snapshot breaks."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from cumulet.contracts.errors import SchemaError
from cumulet.core.schema import Columns, Field, Schema
from tests.lambdas.conftest import columns_of, flights
from training.frame import check
from usecases import load

SCHEMA = load("flights").schema
BROKEN: dict[str, Any] = {
    "distance": -1.0,
    "flight": 1.5,
    "origin": "XXX",
    "carrier": "UAL",
    "dest": None,
    "block_minutes": np.nan,
    "seats": 901.0,
}


def columns() -> Columns:
    return columns_of(SCHEMA, flights(date(2013, 4, 2)))


def test_what_ingest_has_let_through_passes() -> None:
    check(SCHEMA, columns())
    check(SCHEMA, SCHEMA.columns([]))


@pytest.mark.parametrize("name", BROKEN)
def test_a_value_that_breaks_the_schema_breaks_the_frame_check_and_is_named(name: str) -> None:
    broken = columns()
    broken[name][3] = BROKEN[name]
    (record,) = SCHEMA.records({each: values[3:4] for each, values in broken.items()}) if name != "flight" else ({},)
    assert name == "flight" or [problem.field for problem in SCHEMA.check(record)] == [name]
    with pytest.raises(SchemaError, match=rf"breaks the schema flights: {name}=") as raised:
        check(SCHEMA, broken)
    assert [problem.field for problem in raised.value.problems] == [name]


def test_a_flight_that_is_there_twice_breaks_the_frame_check() -> None:
    twice = {name: np.concatenate([values, values[:1]]) for name, values in columns().items()}
    with pytest.raises(SchemaError, match="multiple_fields_uniqueness"):
        check(SCHEMA, twice)


def test_a_context_feature_may_be_missing_and_never_infinite() -> None:
    rates = {**columns(), "late_7": np.full(40, np.nan, np.float32)}
    check(SCHEMA, rates, ("late_7",))
    rates["late_7"][0] = np.inf
    with pytest.raises(SchemaError, match="late_7=inf: finite, or missing"):
        check(SCHEMA, rates, ("late_7",))


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(SchemaError, match="column_in_dataframe"):
        check(SCHEMA, {name: values for name, values in columns().items() if name != "carrier"})


@pytest.mark.parametrize("pattern", ["(?!ZZ)[A-Z]{2}", "[A-Z]{1,2}(?:[0-9]{1200})?", "[A-Z]{2}"])
def test_a_pattern_is_read_as_at_ingest_whatever_arrow_knows_of_it(pattern: str) -> None:
    codes = Schema("codes", (Field("code", "string", "two letters", nullable=True, pattern=pattern),), ("code",))
    check(codes, {"code": np.array(["AB", None, "CD"], object)})
    with pytest.raises(SchemaError, match="code='A1'"):
        check(codes, {"code": np.array(["AB", "A1"], object)})


def test_a_pseudonym_and_a_masked_text_pass_where_the_schema_asks_a_pattern_of_what_is_handed_over() -> None:
    visits = Schema("visits", (
        Field("id", "string", "visit"), Field("patient", "string", "who", pattern=r"PAT-\d+", mark="identifier"),
        Field("note", "string", "what", pattern=r"[\w ]+", mark="free text"),
    ), ("id",))  # fmt: skip
    kept = {"id": ["v"], "patient": ["psn1-kq4xv3mzj5d2ahr6wytn7cbfeu"], "note": ["call [telephone number]"]}
    check(visits, {name: np.array(values, object) for name, values in kept.items()})


def test_a_value_of_a_marked_field_is_not_in_the_message() -> None:
    homes = Schema("homes", (
        Field("id", "string", "home"), Field("street", "string", "where", categories=("here",), mark="personal"),
    ), ("id",))  # fmt: skip
    with pytest.raises(SchemaError, match=r"street=\'\[personal\]\'") as raised:
        check(homes, {"id": np.array(["h"], object), "street": np.array(["12 Elm Street"], object)})
    assert "Elm" not in str(raised.value) + str(raised.value.problems)
