"""Personal data where none was declared: e-mail addresses, telephone numbers, payment cards, bank accounts.

What has a checksum is checked (`checksums`). A telephone number is told by + and a country code, by brackets
around an area code, or by its context: a word before it or the name of its column. Names and addresses are not found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from cumulet.core.checksums import IBAN_LENGTHS, is_card, is_iban

EMAIL, PHONE, CARD, IBAN = "e-mail address", "telephone number", "payment card", "bank account"
PHONE_WORDS = "phone|telephone|tel|telefon|téléphone|mobile|mobil|handy|fax|msisdn"
NUMBER_WORDS = "s|nos?|nrs?|nums?|numbers?|nummern?"
"""What may stand behind one of them in the name of a column: phoneNumber, telefonnummer."""
WORD_STARTS = ("phone", "tel", "tél", "mobil", "handy", "fax", "msisdn", "call")
PLAUSIBLE = re.compile(r"[@+(]|\d[\d .-]{11}|[A-Za-z]{2}\d\d[A-Za-z0-9 -]{11}")
"""Most texts hold none of it, and cost this one search (and one for the words) of a microsecond."""
SHORTEST_CARD, LONGEST_CARD = 10**12, 10**19
EMAIL_FORM = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?!\w)")
INTERNATIONAL = re.compile(r"(?<![\w+])\+ ?(?=\(?[1-9])(?:[ ()/-]{0,2}\d){8,15}(?![\w.,]*\d)")
DASHED = re.compile(r"(?<![\w.-])(?:1-)?[2-9]\d\d([-.])[2-9]\d\d\1\d{4}(?![\w-]|\.\d)")
"""As North Americans write it, without brackets."""
BRACKETED = re.compile(r"(?<!\w)\([2-9]\d\d\) ?[2-9]\d\d[-. ]\d{4}(?!\w)")
NUMBER = r"(?<![\w.])\+?\(?\d(?:[ ()./-]{0,2}\d){6,14}(?!\w)"
IN_CONTEXT = re.compile(r"\b(?:" + PHONE_WORDS + r"|call)\b\D{0,15}?(" + NUMBER + ")", re.I)
ALONE = re.compile(NUMBER)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d")
CARD_FORM = re.compile(
    r"(?<![\w.])(?:\d{13,19}|\d{4}([ .-])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{3})?|\d{4}([ -])\d{6}\2\d{4,5})(?![\w.]*\d|\w)"
)
IBAN_START = re.compile(r"(?<!\w)[A-Z]{2}\d\d(?=[ -]?[A-Z0-9])", re.I)


@dataclass(frozen=True)
class Finding:
    """Personal data in a text: its kind, and from where to where it stands."""

    kind: str
    start: int
    end: int


def find(text: str, column: str = "") -> tuple[Finding, ...]:
    """The personal data in a text, in its order; the name of its column is context.

    >>> [finding.kind for finding in find("write to ada@example.org or +44 20 7946 0958")]
    ['e-mail address', 'telephone number']
    >>> find("2013-04-01-UA1545-EWR-0515")
    ()
    """
    text = _plain(text)
    named = _is_phone_column(column)
    if not named and not PLAUSIBLE.search(text) and not _speaks_of_phones(text):
        return ()
    found = [Finding(EMAIL, *match.span()) for match in EMAIL_FORM.finditer(text)]
    found += [Finding(CARD, *match.span()) for match in CARD_FORM.finditer(text) if is_card(match.group())]
    found += _ibans(text)
    found += [Finding(PHONE, *span) for span in _phones(text, named)]
    return tuple(_apart(sorted(found, key=lambda one: (one.start, -one.end))))


def mask(text: str, column: str = "") -> str:
    """The text with a word for what it is in the place of personal data.

    >>> mask("my card is 4111 1111 1111 1111")
    'my card is [payment card]'
    """
    for one in reversed(find(text, column)):
        text = f"{text[: one.start]}[{one.kind}]{text[one.end :]}"
    return text


def shown(value: Any, column: str = "") -> Any:
    """A value as a message may repeat it: a text masked, whatever else it is as it is where it cannot hold any."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        long = SHORTEST_CARD <= abs(value) < LONGEST_CARD
        return f"[{CARD}]" if long and is_card(f"{value:.0f}") else value
    return mask(value if isinstance(value, str) else repr(value), column)


def refusal(text: str, column: str) -> str | None:
    """The remedy for a text that holds personal data although its column declares none; None when it holds none."""
    found = find(text, column)
    if not found:
        return None
    kinds = " and ".join(dict.fromkeys(f"an {EMAIL}" if one.kind == EMAIL else f"a {one.kind}" for one in found))
    return f"it holds {kinds}, which nobody declared: leave it out, or mark the field (docs/privacy.md)"


def _plain(text: str) -> str:
    """The text with ASCII's digits, blanks, hyphens and letters for those of other widths and scripts, one for one."""
    return text if text.isascii() else "".join(map(_ascii, text))


@lru_cache(maxsize=4096)
def _ascii(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind == "Nd":
        return str(unicodedata.digit(letter))
    same = {"Zs": " ", "Pd": "-"}.get(kind) or unicodedata.normalize("NFKC", letter)
    return same if len(same) == 1 and same.isascii() else letter


def _ibans(text: str) -> Iterator[Finding]:
    for start in IBAN_START.finditer(text):
        length = IBAN_LENGTHS.get(start.group()[:2].upper(), 0)
        whole = re.compile(rf"(?:[A-Z0-9][ -]?){{{length - 1}}}[A-Z0-9](?!\w)", re.I) if length else None
        match = whole.match(text, start.start()) if whole else None
        if match and is_iban(match.group()):
            yield Finding(IBAN, *match.span())


def _phones(text: str, named: bool) -> Iterator[tuple[int, int]]:
    yield from (match.span() for form in (INTERNATIONAL, BRACKETED, DASHED) for match in form.finditer(text))
    likely = [match.span(1) for match in IN_CONTEXT.finditer(text)]
    likely += [match.span() for match in ALONE.finditer(text)] if named else []
    yield from (span for span in likely if not MOMENT.match(text, span[0]))


def _speaks_of_phones(text: str) -> bool:
    lower = text.lower()
    return any(word in lower for word in WORD_STARTS)


@cache
def _is_phone_column(name: str) -> bool:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    return re.search(rf"(?:^|[^a-z])(?:{PHONE_WORDS})(?:{NUMBER_WORDS})?(?:$|[^a-z])", words) is not None


def _apart(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Of findings that overlap the first."""
    end = 0
    for one in findings:
        if one.start >= end:
            yield one
            end = one.end
