"""Personal data where none was declared: what has a checksum is found by it, and ordinary codes and figures are not."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cumulet.core.checksums import CARDS, IBAN_LENGTHS
from cumulet.core.personal import CARD, EMAIL, IBAN, PHONE, find, mask, shown

PREFIXES = ("4", "51", "55", "2221", "2720", "34", "37", "6011", "65", "36", "3530", "62")
LENGTHS = {"4": 16, "34": 15, "37": 15, "36": 14}


def kinds(text: str, column: str = "") -> list[str]:
    return [one.kind for one in find(text, column)]


def check_digit(digits: str) -> str:
    """The test's own Luhn, from the right: double every second digit of what the check digit follows."""
    total = sum(sum(map(int, str(int(d) * (2 if n % 2 == 0 else 1)))) for n, d in enumerate(reversed(digits)))
    return str(-total % 10)


@st.composite
def cards(draw: st.DrawFn) -> str:
    prefix = draw(st.sampled_from(PREFIXES))
    length = LENGTHS.get(prefix, 16)
    body = prefix + draw(st.text("0123456789", min_size=length - len(prefix) - 1, max_size=length - len(prefix) - 1))
    return body + check_digit(body)


@st.composite
def ibans(draw: st.DrawFn) -> str:
    country = draw(st.sampled_from(sorted(IBAN_LENGTHS)))
    size = IBAN_LENGTHS[country] - 4
    body = draw(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=size, max_size=size))
    digits = "".join(str(int(c, 36)) for c in body + country + "00")
    return f"{country}{98 - int(digits) % 97:02}{body}"


@given(cards(), st.sampled_from(["{}", "card {}", "paid with {}, thanks"]))
def test_every_valid_card_is_found(card: str, around: str) -> None:
    assert CARD in kinds(around.format(card))
    assert card not in mask(around.format(card))


@given(cards(), st.sampled_from(" -"))
def test_a_card_in_groups_of_four_is_found(card: str, blank: str) -> None:
    assume(len(card) == 16)
    assert CARD in kinds(blank.join(card[n : n + 4] for n in range(0, 16, 4)))


@given(cards(), st.data())
def test_a_card_with_one_digit_changed_is_none(card: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(card) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != card[at]]))
    assert CARD not in kinds(card[:at] + other + card[at + 1 :])


@given(ibans(), st.booleans())
def test_every_valid_iban_is_found_in_one_piece_or_in_groups(iban: str, grouped: bool) -> None:
    text = " ".join(iban[n : n + 4] for n in range(0, len(iban), 4)) if grouped else iban
    assert IBAN in kinds(f"to {text}")
    assert text not in mask(f"to {text}.")


@given(ibans(), st.data())
def test_an_iban_with_one_character_changed_is_none(iban: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(4, len(iban) - 1))
    alphabet = "0123456789" if iban[at].isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    other = data.draw(st.sampled_from([c for c in alphabet if c != iban[at]]))
    assert IBAN not in kinds(iban[:at] + other + iban[at + 1 :])


@pytest.mark.parametrize(
    ("text", "column", "kind"),
    [
        ("ada.lovelace+x@example.co.uk", "", EMAIL),
        ("schreib an zoë@müller.de!", "", EMAIL),
        ("+44 20 7946 0958", "", PHONE),
        ("+1 (555) 010-9999", "", PHONE),
        ("+4915112345678", "", PHONE),
        ("(555) 234-0199", "", PHONE),
        ("Tel.: 030 901820", "", PHONE),
        ("212-555-0199", "note", PHONE),
        ("1-212-555-0199", "", PHONE),
        ("212.555.0199", "", PHONE),
        ("+33 1 42 68 53 00", "", PHONE),
        ("+49 (0)30 901820", "", PHONE),
        ("+81\u201090\u20101234\u20105678", "", PHONE),
        ("2125550199", "phoneNumber", PHONE),
        ("030901820", "Telefonnummer", PHONE),
        ("0612345678", "homePhone", PHONE),
        ("mailto:ada@example.org", "", EMAIL),
        ("ada\uff20example.org", "", EMAIL),
        ("<ada@example.org>", "", EMAIL),
        ("4111\u00a01111\u00a01111\u00a01111", "", CARD),
        ("4111.1111.1111.1111", "", CARD),
        ("\uff14\uff11\uff11\uff11 1111 1111 1111", "", CARD),
        ("\u0664\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661", "", CARD),
        ("DE89-3704-0044-0532-0130-00", "", IBAN),
        ("EG380019000500000000263180002", "", IBAN),
        ("call me at 555-234-0199", "", PHONE),
        ("030/901820-12", "phone", PHONE),
        ("5552340199", "contact_phone", PHONE),
        ("4111 1111 1111 1111", "", CARD),
        ("3782 822463 10005", "", CARD),
        ("DE89 3704 0044 0532 0130 00", "", IBAN),
        ("de89370400440532013000", "", IBAN),
    ],
)
def test_the_forms_that_people_write_are_found(text: str, column: str, kind: str) -> None:
    assert kinds(text, column) == [kind]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("2013-04-01-UA1545-EWR-0515", "id"),
        ("2013-04-01T05:15:00Z", "call_time"),
        ("2013-04-01", "phone_since"),
        ("212-555-01990", "part"),
        ("X212-555-0199", "part"),
        ("112-555-0199", "part"),
        ("12.345.678.901", "amount"),
        ("192.168.100.2001", "ip"),
        ("+1.234.567", "amount"),
        ("2013.0401.0515.0000", "moment"),
        ("1041111111111111", "order"),
        ("a3f5c9d2e8b14f6a9c0d7e2b", "hash"),
        ("R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==", "picture"),
        ("1234567", "hotel"),
        ("20130401051500", "made_at"),
        ("8901234567890123456", "iccid"),
        ("1364787900000", "ms"),
        ("4111111111111112", "order"),
        ("9780306406157", "isbn"),
        ("192.168.100.200", "ip"),
        ("550e8400-e29b-41d4-a716-446655440000", "uuid"),
        ("3.14159265358979", "pi"),
        ("+1234.5678", "offset"),
        ("52.5200066,13.404954", "place"),
        ("@home", "handle"),
        ("a@b", "x"),
        ("DE89 3704 0044 0532 0130 01", "account"),
        ("UA1545 EWR IAH", "text"),
        ("12345678901234567890123", "long"),
        ("hotel 12, room 1234567", "text"),
        ("psn1-kq4xv3mzj5d2ahr6wytn7cbfeu", "id"),
    ],
)
def test_ordinary_codes_times_and_figures_are_no_personal_data(text: str, column: str) -> None:
    assert kinds(text, column) == []


@given(st.text(max_size=200))
def test_any_text_is_masked_once_and_for_all(text: str) -> None:
    assert mask(mask(text)) == mask(text)


def test_every_issuer_has_a_prefix_under_test() -> None:
    import re

    assert all(any(re.match(prefix, each) for each in PREFIXES) for prefix, _ in CARDS)


def test_a_message_repeats_no_card_even_where_it_came_as_a_number() -> None:
    assert shown(4111111111111111) == shown(4111111111111111.0) == "[payment card]"
    assert shown([{"to": "ada@example.org"}]) == "[{'to': '[e-mail address]'}]"
    assert [shown(value) for value in (None, True, 12, 10**400, float("inf"))] == [
        None,
        True,
        12,
        10**400,
        float("inf"),
    ]
