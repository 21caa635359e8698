"""A day into the lake: committed, or set aside. Killed half-way and done again it leaves the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Protocol

from cumulet.contracts import lake as keys
from cumulet.contracts.manifests import DayManifest, SetAside
from cumulet.core.day_statistics import TableStatistics
from cumulet.core.expectations import Finding
from cumulet.core.schema import Columns
from cumulet.core.usecase import UseCase, label_rows
from lambdas.ingest.page import page
from lambdas.ingest.reading import OUTCOMES, RECORDS, Day
from lambdas.ingest.validation import Table


class Zones(Protocol):
    """What is asked of the lake."""

    def put(self, key: str, data: bytes, content_type: str) -> str:
        """Write an object; its sha256."""
        ...

    def list(self, prefix: str) -> Sequence[str]:
        """All keys below a prefix."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object."""
        ...

    def write_tables(self, tables: Mapping[str, Columns]) -> dict[str, str]:
        """Write several tables; the sha256 of each."""
        ...


def commit(
    lake: Zones, use_case: UseCase, came: Day, *, day: date, seen: Mapping[str, TableStatistics], accepted: str
) -> DayManifest:
    """Write every object of the day, remove quarantine that no longer holds, and commit by the manifest."""
    tables = came.tables
    files = lake.write_tables(dict(_target(use_case, day, name, table.columns) for name, table in tables.items()))
    for name, table in tables.items():
        if table.refusals:
            key = keys.quarantine(use_case.name, day, name)
            files[key] = lake.put(key, _lines(table), "application/jsonl")
    _clear(lake, keys.quarantine_day(use_case.name, day), files)
    ignored = {name: list(table.ignored) for name, table in tables.items() if table.ignored}
    manifest = DayManifest(
        use_case=use_case.name,
        date=str(day),
        cut_off=use_case.cut_off.at(day).isoformat(),
        tables={name: table.counts for name, table in tables.items()},
        files=files,
        ignored=ignored | ({"": list(came.unread)} if came.unread else {}),
        raw=dict(came.raw),
        statistics={name: each.to_json() for name, each in seen.items()},
        accepted=accepted,
    )
    lake.put(keys.commit(use_case.name, day), manifest.to_json(), "application/json")
    return manifest


def set_aside(lake: Zones, use_case: UseCase, came: Day, *, day: date, findings: Sequence[Finding]) -> SetAside:
    """Write why the day is not used, beside its refused rows. What the day had committed before stays as it is."""
    verdict = SetAside(
        use_case=use_case.name,
        date=str(day),
        raw=dict(came.raw),
        tables={name: table.counts for name, table in came.tables.items()},
        findings=[asdict(finding) for finding in findings],
    )
    prefix = keys.quarantine_day(use_case.name, day) + "_day."
    written = [keys.set_aside(use_case.name, day), keys.set_aside(use_case.name, day, "html")]
    for name, table in came.tables.items():
        if table.refusals:
            written.append(f"{prefix}{name}.jsonl")
            lake.put(written[-1], _lines(table), "application/jsonl")
    _clear(lake, prefix, written)
    lake.put(written[1], page(use_case.title, verdict).encode(), "text/html; charset=utf-8")
    lake.put(written[0], verdict.to_json(), "application/json")
    return verdict


def _lines(table: Table) -> bytes:
    """JSON Lines; half a surrogate pair is written as JSON escapes it."""
    return "".join(refusal.to_json() + "\n" for refusal in table.refusals).encode(errors="backslashreplace")


def _clear(lake: Zones, prefix: str, current: Iterable[str]) -> None:
    for stale in set(lake.list(prefix)) - set(current):
        lake.delete(stale)


def _target(use_case: UseCase, day: date, table: str, columns: Columns) -> tuple[str, Columns]:
    if table == RECORDS:
        return keys.curated(use_case.name, day), columns
    if table == OUTCOMES:
        return keys.labels(use_case.name, day), label_rows(use_case, columns)
    return keys.curated(f"{use_case.name}_{table}", day), columns
