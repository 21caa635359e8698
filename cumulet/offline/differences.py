"""Why a rebuilt snapshot is not the one that was taken: file by file, and whether raw or code has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from cumulet.adapters.snapshots import DATA
from cumulet.contracts import lake as keys
from cumulet.contracts.manifests import DatasetManifest
from cumulet.core.usecase import UseCase
from lambdas.ingest import reading

RAW_CHANGED = "raw has changed since the snapshot"
RAW_GONE = "raw is gone"
FROM_ANOTHER_RAW = "made from a raw file that has changed"
CODE_CHANGED = "ingest makes other bytes of the same raw file: its code or the schema has changed"
UNKNOWN = "raw or the code of ingest has changed since; the snapshot does not say what raw was"
FEATURES_CHANGED = (
    "the same partitions give other rows: the code of the snapshot or of the context features has changed"
)
SCHEMA_CHANGED = "the use case has another schema than the snapshot"


@dataclass(frozen=True, kw_only=True)
class Differing:
    """A file that is not what the snapshot was made from: its sha256 then and now (empty: none), and why."""

    key: str
    then: str
    now: str
    why: str


def partitions(use_case: UseCase, then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Differing]:
    """Every raw file and partition that has another content than the snapshot's source had."""
    for key, digest in then.items():
        found = now.get(key, "")
        if found != digest:
            yield Differing(key=key, then=digest, now=found, why=_why(use_case, key, then, now))


def _why(use_case: UseCase, key: str, then: Mapping[str, str], now: Mapping[str, str]) -> str:
    if key.startswith("raw/"):
        return RAW_CHANGED
    raw = raw_of(use_case, key)
    if raw not in then:
        return UNKNOWN if raw in now else RAW_GONE
    return CODE_CHANGED if now.get(raw) == then[raw] else FROM_ANOTHER_RAW


def raw_of(use_case: UseCase, key: str) -> str:
    """The raw file that a partition is made from."""
    zone, dataset, day, _ = key.split("/")
    tables = {use_case.name: reading.RECORDS} | {f"{use_case.name}_{table}": table for table in use_case.side_tables}
    table = reading.OUTCOMES if zone == "labels" else tables[dataset]
    return keys.raw(use_case.name, date.fromisoformat(day.partition("=")[2]), table)


def files(manifest: DatasetManifest, again: DatasetManifest | None) -> Iterator[Differing]:
    """What differs in the snapshot itself although every partition is the same."""
    if again is None or again.sources != manifest.sources or again == manifest:
        return
    if again.schema_hash != manifest.schema_hash:
        yield Differing(key="schema.json", then=manifest.schema_hash, now=again.schema_hash, why=SCHEMA_CHANGED)
    then, now = manifest.files[DATA], again.files[DATA]
    if then != now:
        yield Differing(key=DATA, then=then, now=now, why=FEATURES_CHANGED)
