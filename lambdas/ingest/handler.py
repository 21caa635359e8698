"""ingest: a raw day becomes curated records, side tables and labels; refused rows go to quarantine with their reasons.

Idempotent: the same raw day leaves the same bytes, and the day's manifest, written last, commits it.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from cumulet.adapters.lake import Lake
from cumulet.adapters.logs import log_of
from cumulet.adapters.secrets import Secret
from cumulet.contracts import lake as keys
from cumulet.contracts.env import IngestEnv
from cumulet.contracts.errors import ContractError
from cumulet.contracts.events import Ingested, NightEvent
from cumulet.contracts.manifests import DayManifest
from cumulet.core.erasures import Register
from cumulet.core.schema import Columns, Schema
from cumulet.core.usecase import UseCase, label_rows
from lambdas.ingest.privacy import protect
from lambdas.ingest.rules import both, identified, known_by, of_day
from lambdas.ingest.validation import Table, validate
from usecases import load

RECORDS = "records"
OUTCOMES = "outcomes"


@dataclass(frozen=True)
class Runtime:
    """What a warm environment keeps."""

    use_case: UseCase
    lake: Lake
    secret: Secret


@cache
def runtime() -> Runtime:
    """Built at the first call."""
    env = IngestEnv.from_env(os.environ)
    return Runtime(load(env.use_case), Lake(env.lake_bucket), Secret(env.pseudonym_secret))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Ingest the day of a NightEvent; returns Ingested."""
    started = time.perf_counter()
    use_case, lake = runtime().use_case, runtime().lake
    day = NightEvent.from_json(event).logical_date(use_case.cut_off.time_zone)
    if use_case.cut_off.at(day) > datetime.now(UTC) + timedelta(days=1):
        raise ContractError(f"date={day}: a night of the future knows nothing; give a past date or tonight's")
    log = log_of("ingest", context, use_case=use_case.name)
    tables = protected(lake, use_case, read(lake, use_case, day))
    for name, table in tables.items():
        if table.refusals or table.ignored:
            log.warning("table_irregular", table=name, counts=table.counts, ignored_columns=list(table.ignored))
    manifest = write(lake, use_case, day, tables)
    result = Ingested(
        date=str(day),
        records=manifest.count("valid", RECORDS),
        labels=manifest.count("valid", OUTCOMES),
        quarantined=manifest.count("quarantined"),
    )
    elapsed_ms = round((time.perf_counter() - started) * 1e3, 1)
    log.info("day_ingested", **result.to_json(), ms=elapsed_ms)
    return result.to_json()


def schemas(use_case: UseCase) -> dict[str, Schema]:
    """The raw tables of a use case and their schemas."""
    return {RECORDS: use_case.schema, OUTCOMES: use_case.outcomes, **use_case.side_tables}


def read(lake: Lake, use_case: UseCase, day: date) -> dict[str, Table]:
    """Every raw table of the day, validated; one that did not come is empty."""
    wanted = schemas(use_case)
    raw = lake.find_many(keys.raw(use_case.name, day, name) for name in wanted)
    rules = {RECORDS: both(identified, of_day(use_case, day)), OUTCOMES: known_by(use_case, day)}
    return {
        name: validate(data, schema, rules.get(name)) for (name, schema), data in zip(wanted.items(), raw, strict=True)
    }


def protected(lake: Lake, use_case: UseCase, tables: dict[str, Table]) -> dict[str, Table]:
    """The tables as they may be kept: pseudonyms for identifiers, nobody who was erased."""
    ring = runtime().secret.ring()
    entries = lake.find_many(lake.list(keys.erasures(use_case.name, "register")))
    return protect(tables, schemas(use_case), ring, Register.read(ring, filter(None, entries)))


def write(lake: Lake, use_case: UseCase, day: date, tables: dict[str, Table]) -> DayManifest:
    """Write every object of the day, remove quarantine that no longer holds, and commit."""
    files = lake.write_tables(dict(_target(use_case, day, name, table.columns) for name, table in tables.items()))
    for name, table in tables.items():
        if table.refusals:
            key = keys.quarantine(use_case.name, day, name)
            lines = "".join(refusal.to_json() + "\n" for refusal in table.refusals)
            files[key] = lake.put(key, lines.encode(), "application/jsonl")
    for stale in lake.list(keys.quarantine(use_case.name, day, "").removesuffix(".jsonl")):
        if stale not in files:
            lake.delete(stale)
    manifest = DayManifest(
        use_case=use_case.name,
        date=str(day),
        cut_off=use_case.cut_off.at(day).isoformat(),
        tables={name: table.counts for name, table in tables.items()},
        files=files,
        ignored={name: list(table.ignored) for name, table in tables.items() if table.ignored},
    )
    lake.put(keys.commit(use_case.name, day), manifest.to_json(), "application/json")
    return manifest


def _target(use_case: UseCase, day: date, table: str, columns: Columns) -> tuple[str, Columns]:
    if table == RECORDS:
        return keys.curated(use_case.name, day), columns
    if table == OUTCOMES:
        return keys.labels(use_case.name, day), label_rows(use_case, columns)
    return keys.curated(f"{use_case.name}_{table}", day), columns
