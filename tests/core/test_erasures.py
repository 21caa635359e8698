"""The register: it knows whom it must not let back, under any key there was, and names nobody."""

from __future__ import annotations

import json

import pytest

from cumulet.contracts.errors import ContractError
from cumulet.core.erasures import Register, entry, named_by
from cumulet.core.fields import Field
from cumulet.core.pseudonyms import KeyRing
from cumulet.core.schema import Schema

RING = KeyRing.from_json(json.dumps({"version": "1", "key": "k" * 64}))
ROTATED = KeyRing.from_json(RING.newer("m" * 64))


def register(ring: KeyRing, *entries: dict) -> Register:
    return Register.read(ring, [json.dumps(each).encode() for each in entries])


def test_the_erased_are_known_and_nobody_else() -> None:
    known = register(RING, entry(RING, ["ada", "F-1"]), entry(RING, ["bob"]))
    assert [known.has(each) for each in ("ada", " ada ", "F-1", "bob", "eve", "", None, 7)] == [True] * 4 + [False] * 4


def test_an_entry_names_nobody() -> None:
    assert "ada" not in json.dumps(entry(RING, ["ada"]))
    assert RING.pseudonym("ada") not in json.dumps(entry(RING, ["ada"]))


def test_a_rotation_forgets_nobody() -> None:
    known = register(ROTATED, entry(RING, ["ada"]), entry(ROTATED, ["bob"]), entry(KeyRing.public(), ["F-1"]))
    assert all(known.has(each) for each in ("ada", "bob", "F-1"))
    assert not known.has("eve")


def test_a_key_that_is_gone_is_said_and_not_passed_over() -> None:
    with pytest.raises(ContractError, match="version 2 of the key"):
        register(RING, entry(ROTATED, ["bob"])).has("eve")


def test_an_empty_register_is_false() -> None:
    assert not register(RING)
    assert not register(RING).names_row({"id": "ada"}, ("id",))


def test_rows_are_named_by_their_id_and_all_identifiers() -> None:
    person = Field("person", "string", "", mark="identifier")
    records = Schema("r", (Field("id", "string", ""), person), ("id",))
    assert named_by(records, Schema("o", (person, Field("n", "number", "")), ("n",))) == ("id", "person")
    assert named_by(Schema("o", (Field("n", "number", ""),), ("n",))) == ()
