"""Pseudonyms: stable, keyed, one for every spelling, no two alike."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cumulet.contracts.errors import ContractError
from cumulet.core.pseudonyms import KeyRing, is_pseudonym, normalised

FIRST, SECOND = "k" * 64, "m" * 64
RING = KeyRing.from_json(json.dumps({"version": "1", "key": FIRST}))
ROTATED = KeyRing.from_json(RING.newer(SECOND))


def test_a_pseudonym_is_the_same_for_ever() -> None:
    assert RING.pseudonym("ada") == "psn1-blyekm2tlyixg57kupgftgnv34"
    assert is_pseudonym(RING.pseudonym("ada"))


def test_a_million_identifiers_have_a_million_pseudonyms() -> None:
    made = RING._made
    assert len({made(f"person-{n}", 1) for n in range(1_000_000)}) == 1_000_000


@given(st.text(min_size=1))
def test_every_unicode_form_of_an_identifier_has_one_pseudonym(identifier: str) -> None:
    forms = (unicodedata.normalize(form, identifier) for form in ("NFC", "NFD"))
    assert {RING.pseudonym(form) for form in forms} == {RING.pseudonym(f" {identifier}\n")}


def test_case_tells_identifiers_apart() -> None:
    assert RING.pseudonym("a1") != RING.pseudonym("A1")
    assert normalised(" Zoe\u0308 ") == "Zoë"


def test_another_key_gives_another_pseudonym_and_says_its_version() -> None:
    other = KeyRing.from_json(json.dumps({"version": "1", "key": SECOND}))
    assert RING.pseudonym("ada") != other.pseudonym("ada")
    assert ROTATED.pseudonym("ada").startswith("psn2-")


def test_a_pseudonym_stays_as_it_is() -> None:
    made = RING.pseudonym("ada")
    assert RING.pseudonym(made) == ROTATED.pseudonym(made) == made


def test_after_a_rotation_the_earlier_pseudonyms_are_still_known() -> None:
    assert ROTATED.spellings("ada") == ("ada", RING.pseudonym("ada"), ROTATED.pseudonym("ada"))
    assert ROTATED.fingerprint("ada", 1) == RING.fingerprint("ada")
    assert ROTATED.fingerprint("ada") != RING.fingerprint("ada")


def test_a_fingerprint_is_no_pseudonym_and_needs_no_secret_where_nobody_is_named() -> None:
    assert len(RING.fingerprint("ada")) == 64
    assert KeyRing.public().fingerprint("F-1") == KeyRing.public().fingerprint(" F-1 ") == RING.fingerprint("F-1", 0)


def test_without_a_key_no_identifier_passes() -> None:
    with pytest.raises(ContractError, match="identifiers"):
        KeyRing.public().pseudonym("ada")


@pytest.mark.parametrize(
    "secret",
    ["", "[]", "{}", '{"version": "1", "key": "short"}', json.dumps({"version": "0", "key": FIRST}), '{"version": 1}'],
)
def test_a_secret_that_is_none_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(ContractError) as refused:
        KeyRing.from_json(secret)
    assert FIRST not in str(refused.value)
    assert "short" not in str(refused.value)
