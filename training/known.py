"""What was known at a night: the committed partitions of the lake, as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from cumulet.adapters import parquet
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import JobError
from cumulet.contracts.manifests import DayManifest, sha256
from cumulet.core.schema import Columns, concatenate, moments, select
from cumulet.core.specs import Latest
from cumulet.core.usecase import UseCase


@dataclass(frozen=True)
class Known:
    """Tables up to a night, and the sha256 of every partition that they were read from, and of its raw files.

    `labels` have the night that they became known in as `known`, datetime64[D].
    """

    records: Columns
    labels: Columns
    side: Mapping[str, Columns]
    sources: Mapping[str, str]

    @classmethod
    def read(cls, lake: Lake, use_case: UseCase, nights: Mapping[date, DayManifest], after: date = date.min) -> Known:
        """Read what some nights have committed (`committed`); partitions of other nights are not touched.

        Of the nights up to `after` only labels are read: the later ones look back on them.
        Raises JobError when a partition is not what its night committed.
        """
        own = {day: manifest for day, manifest in nights.items() if day > after}
        datasets = [use_case.name, *(f"{use_case.name}_{table}" for table in use_case.side_tables)]
        sources = {key: digest for manifest in own.values() for key, digest in manifest.raw.items()}
        records, *side = (_tables(lake, own, keys.curated, d, sources) for d in datasets)
        labels = [
            {**columns, "known": np.full(len(columns["label"]), np.datetime64(day, "D"))}
            for day, columns in _tables(lake, nights, keys.labels, use_case.name, sources)
        ]
        named = {
            table: concatenate(in_time(use_case, table, day, columns) for day, columns in parts)
            for table, parts in zip(use_case.side_tables, side, strict=True)
        }
        return cls(concatenate(columns for _, columns in records), concatenate(labels), named, sources)


def in_time(use_case: UseCase, table: str, night: date, columns: Columns) -> Columns:
    """The rows of a night's side table that the night could use: what came a night late was not known in its own."""
    before = np.datetime64(use_case.cut_off.at(night - timedelta(days=1)).replace(tzinfo=None), "s")
    times = {spec.time for spec in use_case.context.features if isinstance(spec, Latest) and spec.table == table}
    for time in times:
        columns = select(columns, moments(columns[time], "timestamp") > before)
    return columns


def commits_of(lake: Lake, use_case: str, night: date) -> dict[date, str]:
    """The days committed up to a night, in their order, each with the entity tag of its manifest."""
    listed = lake.tags(keys.commit(use_case, night).split("dt=")[0])
    marks = {key.split("dt=")[1].split("/")[0]: tag for key, tag in listed.items() if key.endswith("/_manifest.json")}
    found = {date.fromisoformat(day): tag for day, tag in sorted(marks.items())}
    return {day: tag for day, tag in found.items() if day <= night}


def committed(lake: Lake, use_case: str, days: Iterable[date]) -> dict[date, DayManifest]:
    """The manifests of committed days."""
    wanted = list(days)
    found = lake.find_many(keys.commit(use_case, day) for day in wanted)
    return {day: DayManifest.from_json(data) for day, data in zip(wanted, found, strict=True) if data is not None}


def _tables(
    lake: Lake,
    nights: Mapping[date, DayManifest],
    key_of: Callable[[str, date], str],
    dataset: str,
    sources: dict[str, str],
) -> Sequence[tuple[date, Columns]]:
    """The partitions of a dataset that its nights list, in their order; adds their hashes to `sources`."""
    wanted = {day: key_of(dataset, day) for day in nights}
    wanted = {day: key for day, key in wanted.items() if key in nights[day].files}
    tables = []
    for (day, key), data in zip(wanted.items(), lake.find_many(wanted.values()), strict=True):
        if data is None or sha256(data) != nights[day].files[key]:
            raise JobError(f"{lake.uri(key)} is not what night {day} committed; run that night again, then train")
        sources[key] = sha256(data)
        tables.append((day, parquet.decode(data)))
    return tables
