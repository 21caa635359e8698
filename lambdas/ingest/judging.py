"""A day against what is expected of it: by its own statistics and those that the days before it have committed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Protocol

from cumulet.contracts import lake as keys
from cumulet.contracts.deliveries import delivery_of
from cumulet.contracts.manifests import Acceptance, DayManifest
from cumulet.core.day_statistics import TableStatistics
from cumulet.core.expectations import HISTORY_DAYS, Context, Finding, judge
from cumulet.core.usecase import UseCase
from lambdas.ingest.reading import Day, schemas


class Kept(Protocol):
    """What is asked of the lake's kept objects."""

    def find_many(self, keys: Sequence[str], decode: Callable[[bytes], Any]) -> list[Any]:
        """Several objects of one zone, decoded; None for each that is absent."""
        ...


def statistics(use_case: UseCase, came: Day) -> dict[str, TableStatistics]:
    """The statistics of every table of a day."""
    found = {}
    for name, schema in schemas(use_case).items():
        table = came.tables[name]
        digests = [mark for key, mark in came.raw.items() if (each := delivery_of(key)) and each.table == name]
        counts = table.counts | {"duplicates": table.duplicates}
        found[name] = TableStatistics.of(schema, table.columns, came=counts, digests=digests)
    return found


def findings(kept: Kept, use_case: UseCase, day: date, today: Mapping[str, TableStatistics]) -> list[Finding]:
    """The expectations that a day breaks."""
    before = [day - timedelta(days=n) for n in range(HISTORY_DAYS, 0, -1)]
    stored = kept.find_many([keys.commit(use_case.name, each) for each in before], day_statistics)
    history = {each: tables for each, tables in zip(before, stored, strict=True) if tables}
    cut_off = use_case.cut_off.at(day)
    return judge(use_case.expected(), Context(day=day, cut_off=cut_off, today=today, history=history))


def day_statistics(manifest: bytes) -> dict[str, TableStatistics]:
    """The statistics in a day's manifest; none in one of an older version."""
    stored = DayManifest.from_json(manifest).statistics
    return {name: TableStatistics.from_json(value) for name, value in stored.items()}


def acceptance(stored: bytes | None, came: Day) -> str:
    """Why an operator accepted exactly what came; empty when nobody did."""
    if stored is None:
        return ""
    try:
        given = Acceptance(**json.loads(stored))
    except (TypeError, ValueError):
        return ""
    return given.reason if given.raw == dict(came.raw) else ""
