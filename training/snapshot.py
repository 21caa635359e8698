"""Snapshot, a processing job: what was known at a cut-off becomes a dataset with an id that is its content's hash.

For every committed day the context features are computed as that day's night computed them, by the same function; for
the days of an earlier snapshot it has been done.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

import usecases
from cumulet.adapters import answers, parquet
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.env import JobEnv
from cumulet.contracts.errors import ContractError, NotFoundError
from cumulet.contracts.manifests import DatasetManifest, canonical, sha256
from cumulet.core import context
from cumulet.core.schema import Columns, concatenate
from cumulet.core.usecase import CutOff, UseCase
from training import earlier, frame
from training.dataset import DATA, LABEL, MANIFEST, SCHEMA
from training.failures import reported
from training.known import Known, commits_of, committed


def last_night(cut_off: CutOff, moment: datetime) -> date:
    """The last night whose cut-off is at or before a moment (with its zone)."""
    night = cut_off.night_of(moment)
    return night if cut_off.at(night) <= moment else night - timedelta(days=1)


def labels_of(records: Columns, labels: Columns) -> NDArray[np.float64]:
    """The label of every record, NaN where none is known (yet), shape (n,); of two the first counts."""
    if not labels:
        return np.full(len(records["id"]), np.nan)
    there = np.flatnonzero(np.isfinite(labels[LABEL]))
    order = there[np.argsort(labels["known"][there], kind="stable")[::-1]]
    known = dict(zip(labels["id"][order].tolist(), labels[LABEL][order].tolist(), strict=True))
    return np.array([known.get(name, np.nan) for name in records["id"].tolist()], np.float64)


def rows_at(lake: Lake, use_case: UseCase, commits: Mapping[date, str]) -> tuple[Columns, dict[str, str]]:
    """All records of the committed days with context features and label (NaN: none yet), and their sources' hashes."""
    base = earlier.find(lake, use_case, commits)
    after = base.night if base else date.min
    back = after - timedelta(days=use_case.context.nights) if base else date.min
    known = Known.read(lake, use_case, committed(lake, use_case.name, (day for day in commits if day > back)), after)
    columns = context.features(use_case, known.records, known.labels, known.side) if known.records else {}
    if columns:
        columns[LABEL] = labels_of(columns, known.labels)
    if base is None:
        return columns, dict(known.sources)
    open_ = np.flatnonzero(np.isnan(base.columns[LABEL]))
    base.columns[LABEL][open_] = labels_of({"id": base.columns["id"][open_]}, known.labels)
    return concatenate([base.columns, columns] if columns else [base.columns]), {**base.sources, **known.sources}


def take(lake: Lake, use_case: UseCase, night: date) -> DatasetManifest:
    """Write the snapshot of what was known at the cut-off of a night; the manifest last, an existing id not again.

    Raises SchemaError when its rows break the schema.
    """
    commits = commits_of(lake, use_case.name, night)
    if not commits:
        raise NotFoundError(f"{use_case.name}: no day up to {night} is in the lake; run its nights first")
    columns, sources = rows_at(lake, use_case, commits)
    columns = answers.applied(columns, answers.read(lake, use_case.name, night)) if columns else columns
    sources |= {key: sha256(lake.get(key)) for key in answers.listed(lake, use_case.name, night)}
    labelled = np.isfinite(columns[LABEL]) if columns else np.zeros(0, bool)
    if not labelled.any():
        raise NotFoundError(f"{use_case.name}: no record up to {night} has a label yet; run later nights first")
    frame.check(use_case.schema, columns, tuple(set(columns) - set(use_case.schema.names) - {LABEL}))
    data = parquet.encode(columns)
    days = use_case.days(columns)[labelled]
    manifest = DatasetManifest(
        use_case=use_case.name,
        cut_off=use_case.cut_off.at(night).isoformat(),
        first_day=str(days.min()),
        last_day=str(days.max()),
        rows=len(labelled),
        labelled=int(labelled.sum()),
        schema_hash=use_case.schema.hash,
        files={DATA: sha256(data)},
        sources=sources,
    )
    prefix = keys.snapshot(use_case.name, manifest.dataset_id)
    if not lake.exists(prefix + MANIFEST):
        lake.put(prefix + DATA, data, "application/x-parquet")
        lake.put(prefix + SCHEMA, use_case.schema.to_json(), "application/json")
        lake.put(prefix + MANIFEST, manifest.to_json(), "application/json")
        earlier.note(lake, prefix, use_case, commits)
    return manifest


@reported
def main(argv: Sequence[str] | None = None) -> None:
    """Take the snapshot, and list its files in `runs/{use_case}/{run}/snapshot.manifest` for Fit's channel."""
    parser = argparse.ArgumentParser(prog="training.snapshot", description=__doc__)
    parser.add_argument("--time", required=True, help="logical moment, e.g. 2013-04-01T07:00:00Z")
    parser.add_argument("--run", required=True, help="run of Training, e.g. flights-20130401")
    arguments = parser.parse_args(argv)
    env = JobEnv.from_env(os.environ)
    use_case, lake = usecases.load(env.use_case), Lake(env.lake_bucket)
    night = last_night(use_case.cut_off, _moment(arguments.time))
    manifest = take(lake, use_case, night)
    prefix = keys.snapshot(use_case.name, manifest.dataset_id)
    listing = [{"prefix": lake.uri(prefix)}, DATA, MANIFEST]
    lake.put(keys.run(use_case.name, arguments.run) + "snapshot.manifest", canonical(listing), "application/json")
    unlabelled = manifest.rows - manifest.labelled
    print(
        f"dataset {manifest.dataset_id}: {manifest.labelled} labelled rows of {manifest.first_day} to "
        f"{manifest.last_day}, as known at {manifest.cut_off}; {unlabelled} records have no label",
        flush=True,
    )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ContractError(f"time={text!r}: expected an ISO time stamp such as 2013-04-01T07:00:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    main()
