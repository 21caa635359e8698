"""Past nights' features anew, by the present declaration and as of each night's own cut-off."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from cumulet.adapters.lake import Lake
from cumulet.adapters.online import OnlineStore
from cumulet.adapters.registry import PARQUET
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import NotFoundError
from cumulet.core.cutoff import nights
from cumulet.core.schema import rows
from cumulet.core.usecase import UseCase
from lambdas.features.asof import compute

WRITTEN, SAME, ABSENT = "written", "the same already", "not ingested"


@dataclass(frozen=True)
class Backfilled:
    """What became of one night."""

    date: date
    state: str
    records: int = 0
    online: bool = False
    """Whether its tables are in the online store now."""


def backfill(lake: Lake, store: OnlineStore, use_case: UseCase, first: date, last: date) -> Iterator[Backfilled]:
    """Compute the features of every night of a span and write those that are not in the lake as they should be.

    One that was interrupted is simply begun again: what is there is not written twice. The tables of the last night go
    to the online store as well, which refuses them when it has a newer night's.
    """
    there = lake.tags(keys.features(use_case.name, first).partition("dt=")[0])
    for day in nights(first, last):
        try:
            night = compute(lake, use_case, day)
        except NotFoundError:
            yield Backfilled(day, ABSENT)
            continue
        key = keys.features(use_case.name, day)
        same = there.get(key) == f'"{hashlib.md5(night.data, usedforsecurity=False).hexdigest()}"'
        if not same:
            lake.put(key, night.data, PARQUET)
        online = day == last and store.write(use_case.name, day, night.online)
        yield Backfilled(day, SAME if same else WRITTEN, rows(night.joined), online)
