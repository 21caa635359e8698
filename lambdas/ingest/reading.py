"""A day as it lies in raw, to validated tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from cumulet.contracts import lake as keys
from cumulet.contracts.deliveries import Delivery, deliveries
from cumulet.contracts.manifests import sha256
from cumulet.core.schema import Schema
from cumulet.core.usecase import UseCase
from lambdas.ingest.rules import every, identified, known_by, of_day, on_the_clock
from lambdas.ingest.validation import Raw, Rule, Table, table_of

RECORDS = "records"
OUTCOMES = "outcomes"


class RawZone(Protocol):
    """What is asked of the lake."""

    def sizes(self, prefix: str) -> dict[str, int]:
        """The bytes of every object below a prefix, by key."""
        ...

    def find_many(self, keys: Iterable[str]) -> Sequence[bytes | None]:
        """The content of several objects."""
        ...


@dataclass(frozen=True)
class Day:
    """The tables of a day, and the raw objects that they were read from."""

    tables: Mapping[str, Table]
    raw: Mapping[str, str]
    """Key to sha256; to its size where it is too large to be read."""
    unread: tuple[str, ...] = field(default=())
    """Raw objects whose name is no table's."""


def schemas(use_case: UseCase) -> dict[str, Schema]:
    """The raw tables of a use case and their schemas."""
    return {RECORDS: use_case.schema, OUTCOMES: use_case.outcomes, **use_case.side_tables}


def read(lake: RawZone, use_case: UseCase, day: date, limit: int) -> Day:
    """Every raw table of the day, validated; one that did not come is empty."""
    sizes = lake.sizes(keys.raw_day(use_case.name, day))
    records = every(identified, of_day(use_case, day), on_the_clock(use_case, day))
    rules: dict[str, Rule] = {RECORDS: records, OUTCOMES: known_by(use_case, day)}
    wanted = {name: deliveries(sizes, name) for name in schemas(use_case)}
    contents = _contents(lake, sizes, [each for found in wanted.values() for each in found], limit)
    tables: dict[str, Table] = {}
    raw: dict[str, str] = {}
    for name, schema in schemas(use_case).items():
        raws = [next(contents) for _ in wanted[name]]
        tables[name] = table_of(raws, schema, rules.get(name), limit)
        raw |= {each.key: _mark(one) for each, one in zip(wanted[name], raws, strict=True)}
    records_ = tables[RECORDS]
    tables[RECORDS] = replace(records_, columns=use_case.dated(records_.columns, day))
    known = {each.key for found in wanted.values() for each in found} | {keys.accepted(use_case.name, day)}
    withdrawn = {each for name in wanted for each in sizes if each not in known and _names(each, name)}
    return Day(tables, raw, tuple(sorted(sizes.keys() - known - withdrawn)))


def _contents(lake: RawZone, sizes: Mapping[str, int], wanted: Sequence[Delivery], limit: int) -> Iterator[Raw]:
    """The raw objects in turn, at once where they are small, one by one where not; none above the limit is read."""
    keys_ = [each.key for each in wanted if sizes[each.key] <= limit]
    at_once = dict(zip(keys_, lake.find_many(keys_), strict=True)) if sum(sizes[k] for k in keys_) <= limit else None
    for each in wanted:
        name, data = each.key.rpartition("/")[2], None
        if sizes[each.key] <= limit:
            data = at_once[each.key] if at_once is not None else lake.find_many([each.key])[0]
        yield Raw(name, sizes[each.key], data)


def _names(key: str, table: str) -> bool:
    return key.rpartition("/")[2].split(".")[0] == table


def _mark(raw: Raw) -> str:
    return f"{raw.size} bytes" if raw.data is None else sha256(raw.data)
