"""Handing a day over: what a source knows of it goes to raw/, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from cumulet.adapters.sources import Source
from cumulet.contracts import lake as keys
from cumulet.contracts.deliveries import delivery_of, form_of
from cumulet.contracts.errors import NotFoundError


class RawZone(Protocol):
    """What handing over asks of the lake."""

    def list(self, prefix: str) -> Sequence[str]:
        """All keys below a prefix."""
        ...

    def put(self, key: str, data: bytes) -> str:
        """Write an object; its sha256."""
        ...


def hand_over(source: Source, lake: RawZone, use_case: str, day: date) -> int:
    """Write the source's tables of a day to raw/; the number of tables, 0 for a day that the source does not have.

    What is in raw/ already stays as it is.
    """
    try:
        tables = source.day(day)
    except NotFoundError:
        return 0
    there = {each.table for key in lake.list(keys.raw_day(use_case, day)) if (each := delivery_of(key))}
    for table, content in sorted(tables.items()):
        if table not in there:
            lake.put(keys.raw(use_case, day, table, form_of(content)), content)
    return len(tables)
