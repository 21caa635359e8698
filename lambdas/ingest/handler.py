"""ingest: a raw day becomes curated records, side tables and labels; refused rows go to quarantine with their reasons.

Where the use case has an HTTP service as its source, the day is fetched first: what is in raw/ already stays.

Idempotent: the same raw day leaves the same bytes, and the day's manifest, written last, commits it. A day that breaks
what is expected of it is set aside: nothing of it is committed until it is corrected or accepted.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from cumulet.adapters.handing_over import hand_over
from cumulet.adapters.lake import Lake
from cumulet.adapters.logs import log_of
from cumulet.adapters.secrets import Secret
from cumulet.adapters.sources import Http
from cumulet.contracts import lake as keys
from cumulet.contracts.env import IngestEnv
from cumulet.contracts.errors import ContractError
from cumulet.contracts.events import Ingested, NightEvent
from cumulet.contracts.manifests import DayManifest, SetAside
from cumulet.core.usecase import UseCase
from lambdas.ingest import judging, writing
from lambdas.ingest.privacy import protected
from lambdas.ingest.reading import OUTCOMES, RECORDS, Day, read
from lambdas.ingest.unpack import MEGABYTE
from usecases import load


@dataclass(frozen=True)
class Runtime:
    """What a warm environment keeps."""

    use_case: UseCase
    lake: Lake
    secret: Secret
    limit: int
    """Bytes of a raw object."""
    source: Http | None
    """The service that days are fetched from; None where they are handed over."""


@cache
def runtime() -> Runtime:
    """Built at the first call."""
    env = IngestEnv.from_env(os.environ)
    use_case, limit = load(env.use_case), env.megabytes * MEGABYTE
    source = None
    if env.source_url:
        tables = (RECORDS, OUTCOMES, *use_case.side_tables)
        source = Http(env.source_url, tables, limit=limit, timeout_s=env.source_timeout_s)
    return Runtime(use_case, Lake(env.lake_bucket), Secret(env.pseudonym_secret), limit, source)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Ingest the day of a NightEvent; returns Ingested."""
    started = time.perf_counter()
    use_case, lake = runtime().use_case, runtime().lake
    day = NightEvent.from_json(event).logical_date(use_case.cut_off.time_zone)
    if use_case.cut_off.at(day) > datetime.now(UTC) + timedelta(days=1):
        raise ContractError(f"date={day}: a night of the future knows nothing; give a past date or tonight's")
    log = log_of("ingest", context, use_case=use_case.name)
    if source := runtime().source:
        log.info("day_fetched", date=str(day), tables=hand_over(source, lake, use_case.name, day))
    came = protected(lake, use_case, read(lake, use_case, day, runtime().limit), runtime().secret.ring())
    for name, table in came.tables.items():
        if table.refusals or table.ignored or table.replaced:
            log.warning("table_irregular", table=name, counts=table.counts, ignored_columns=list(table.ignored))
    result = settle(lake, use_case, day, came, log)
    elapsed_ms = round((time.perf_counter() - started) * 1e3, 1)
    log.info("day_set_aside" if result.set_aside else "day_ingested", **result.to_json(), ms=elapsed_ms)
    return result.to_json()


def settle(lake: Any, use_case: UseCase, day: date, came: Day, log: Any = None) -> Ingested:
    """Commit what came, or set it aside when it breaks an expectation that stops a day and nobody has accepted it."""
    seen = judging.statistics(use_case, came)
    found = judging.findings(lake.kept, use_case, day, seen)
    for each in found if log else ():
        log.warning("expectation_broken", expectation=each.expectation, stops=each.stops, reason=each.message)
    stopped = any(each.stops for each in found)
    accepted = judging.acceptance(lake.find(keys.accepted(use_case.name, day)), came) if stopped else ""
    if stopped and not accepted:
        return _aside(writing.set_aside(lake, use_case, came, day=day, findings=found))
    return _ingested(writing.commit(lake, use_case, came, day=day, seen=seen, accepted=accepted))


def _ingested(manifest: DayManifest) -> Ingested:
    return Ingested(
        date=manifest.date,
        records=manifest.count("valid", RECORDS),
        labels=manifest.count("valid", OUTCOMES),
        quarantined=manifest.count("quarantined"),
    )


def _aside(verdict: SetAside) -> Ingested:
    refused = sum(counts["quarantined"] for counts in verdict.tables.values())
    return Ingested(date=verdict.date, records=0, labels=0, quarantined=refused, set_aside="; ".join(verdict.reasons))
