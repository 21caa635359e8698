"""How raw objects are named: a table of a day comes in one delivery, and may be corrected by later ones.

records.csv              the first delivery; also .jsonl and .parquet, and .csv.gz, .csv.zip, .jsonl.gz, .jsonl.zip
records.2.csv            a later delivery: rows that came late, or that replace earlier rows with the same key
records.3.whole.parquet  the whole table again: the deliveries before it no longer count
_accepted.json           an operator's word that the day as it is may be used (`cumulet data accept`)

The name is for people and other programs: what an object holds is told from its content.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FORMS = ("csv", "csv.gz", "csv.zip", "jsonl", "jsonl.gz", "jsonl.zip", "parquet")
ACCEPTED = "_accepted.json"
NAME = re.compile(r"(?P<table>\w+?)(\.(?P<number>[1-9]\d{0,8})(?P<whole>\.whole)?)?\.(?P<form>[a-z.]+)", re.ASCII)


@dataclass(frozen=True, order=True)
class Delivery:
    """One raw object: the n-th delivery of a table."""

    number: int
    key: str
    table: str
    whole: bool = False


def delivery_of(key: str) -> Delivery | None:
    """The delivery that an object's name tells; None when it tells none.

    >>> delivery_of("raw/flights/dt=2013-05-01/records.2.csv.gz")
    Delivery(number=2, key='raw/flights/dt=2013-05-01/records.2.csv.gz', table='records', whole=False)
    """
    match = NAME.fullmatch(key.rpartition("/")[2])
    if match is None or match["form"] not in FORMS:
        return None
    return Delivery(int(match["number"] or 1), key, match["table"], match["whole"] is not None)


def form_of(content: bytes) -> str:
    """The form that a name should tell, from the first bytes of a content; archives are of CSV as far as that shows."""
    starts = {b"PAR1": "parquet", b"\x1f\x8b": "csv.gz", b"PK": "csv.zip", b"{": "jsonl"}
    return next((form for start, form in starts.items() if content.startswith(start)), "csv")


def name_of(table: str, form: str = "csv", number: int = 1, *, whole: bool = False) -> str:
    """The name of a delivery's object."""
    middle = "" if number == 1 else f".{number}{'.whole' if whole else ''}"
    return f"{table}{middle}.{form}"


def deliveries(found: Iterable[str], table: str) -> Sequence[Delivery]:
    """The deliveries of a table that count, in their order: from the last whole one on."""
    mine = sorted(each for key in found if (each := delivery_of(key)) and each.table == table)
    first = max((each.number for each in mine if each.whole), default=0)
    return [each for each in mine if each.number >= first]
