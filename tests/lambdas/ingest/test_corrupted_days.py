"""A thousand days corrupted at random: each is committed or set aside with reasons, no row is lost, nothing crashes."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings

from benchmarks.folder import FolderLake
from cumulet.adapters import parquet
from cumulet.contracts import lake as keys
from cumulet.contracts.manifests import DayManifest, SetAside, sha256
from lambdas.ingest.handler import settle
from lambdas.ingest.reading import RECORDS, read
from lambdas.ingest.unpack import MEGABYTE
from lambdas.ingest.validation import Table
from tests.lambdas.ingest.corruption import DAY, Handed, days
from usecases import load

LIMIT = MEGABYTE
FLIGHTS = load("flights")


@settings(max_examples=1000, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(days())
def test_every_corrupted_day_ends_committed_or_set_aside_with_reasons(handed: Handed) -> None:
    with TemporaryDirectory() as folder:
        lake = FolderLake(Path(folder))
        for name, data in handed.raw.items():
            lake.put(keys.raw_day("flights", DAY) + name, data)
        table = read(lake, FLIGHTS, DAY, LIMIT).tables[RECORDS]
        answer = settle(lake, FLIGHTS, DAY, read(lake, FLIGHTS, DAY, LIMIT))
        no_row_is_lost(table, handed.rows)
        if answer.set_aside:
            verdict = SetAside.from_json(lake.find(keys.set_aside("flights", DAY)) or b"")
            assert verdict.reasons
            assert b"was set aside" in (lake.find(keys.set_aside("flights", DAY, "html")) or b"")
            assert not lake.list("curated/")
            refused = keys.quarantine_day("flights", DAY) + "_day.records.jsonl"
        else:
            manifest = DayManifest.from_json(lake.find(keys.commit("flights", DAY)) or b"")
            assert {key: sha256(lake.find(key) or b"") for key in manifest.files} == manifest.files
            committed = parquet.decode(lake.find(keys.curated("flights", DAY)) or b"")
            assert len(committed["id"]) == answer.records == table.counts["valid"]
            assert all(not FLIGHTS.schema.check(record) for record in FLIGHTS.schema.records(committed))
            refused = keys.quarantine("flights", DAY, RECORDS)
        told = [json.loads(line) for line in (lake.find(refused) or b"").decode().splitlines()]
        assert bool(told) == bool(table.quarantined)
        assert all(problem["remedy"] for each in told for problem in each["problems"])
        assert all(each["problems"] for each in told)


def no_row_is_lost(table: Table, handed: int | None) -> None:
    counts = table.counts
    assert handed is None or counts["rows"] == handed
    assert counts["rows"] == counts["valid"] + counts["quarantined"] + counts.get("replaced", 0)
    whole = [refusal for refusal in table.refusals if refusal.line == 0]
    assert table.quarantined >= len(table.refusals) if whole else table.quarantined == len(table.refusals)
