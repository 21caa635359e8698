"""Marks: what a field says of a person, and what follows for checks, messages and the hash of the schema."""

from __future__ import annotations

import json

import pytest

import usecases
from cumulet.core.fields import Field
from cumulet.core.pseudonyms import KeyRing
from cumulet.core.schema import Schema

MADE = KeyRing.from_json(json.dumps({"version": "1", "key": "k" * 64})).pseudonym("ada")


def field(mark: str | None, **more: object) -> Field:
    return Field("who", "string", "a person", mark=mark, **more)  # type: ignore[arg-type]


def test_a_schema_without_marks_hashes_as_before_there_were_any() -> None:
    schema = usecases.load("flights").schema
    assert schema.hash == "ea680bb5d7724757884b9f74db3df283f06ee03a34ce25065c254497c6879197"


def test_a_mark_changes_the_hash() -> None:
    plain, marked = (Schema("s", (field(mark),), ("who",)) for mark in (None, "personal"))
    assert plain.hash != marked.hash


def test_marked_fields_are_found_by_their_mark() -> None:
    fields = (Field("id", "string", "", mark="identifier"), Field("n", "number", "", mark="sensitive"))
    assert Schema("s", fields, ("id",)).marked("identifier", "sensitive") == ("id", "n")
    assert Schema("s", fields, ("id",)).marked("free text") == ()


@pytest.mark.parametrize("mark", [None, "sensitive"])
def test_personal_data_in_a_field_that_declares_none_is_a_problem_that_does_not_repeat_it(mark: str | None) -> None:
    problem = field(mark).check("write to ada@example.org")
    assert problem is not None
    assert "nobody declared" in problem.remedy
    assert "ada@" not in str(problem)


@pytest.mark.parametrize("mark", ["identifier", "personal", "free text"])
def test_what_is_declared_may_hold_personal_data_and_no_message_repeats_it(mark: str) -> None:
    assert field(mark).check("ada@example.org") is None
    problem = field(mark, pattern="[0-9]+").check("ada@example.org")
    assert problem is not None
    assert str(problem) == f"who='[{mark}]': give text that matches [0-9]+"


def test_a_value_of_the_wrong_kind_is_masked_too() -> None:
    problem = Field("distance", "number", "").check("ada@example.org")
    assert problem is not None
    assert problem.value == "[e-mail address]"


def test_an_unknown_field_of_a_record_is_named_and_its_personal_data_are_not() -> None:
    [problem] = Schema("s", (field("personal"),), ("who",)).check({"who": "x", "mail": "ada@example.org"})
    assert (problem.field, problem.value) == ("mail", "[e-mail address]")


def test_an_identifier_may_come_as_its_pseudonym_whatever_its_pattern() -> None:
    assert field("identifier", pattern="[0-9]{4}").check(MADE) is None
    assert field(None, pattern="[0-9]{4}").check(MADE) is not None


@pytest.mark.parametrize("mark", ["identifier", "free text"])
def test_only_text_can_be_an_identifier_or_free_text(mark: str) -> None:
    with pytest.raises(ValueError, match=f"who is marked {mark}"):
        Field("who", "integer", "", mark=mark)  # type: ignore[arg-type]
