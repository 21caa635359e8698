"""Snapshot, a processing job: what was known at a cut-off becomes a dataset with an id that is its content's hash.

For every committed day the context features are computed as that day's night computed them, by the same function.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

import usecases
from cumulet.adapters import parquet
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.env import JobEnv
from cumulet.contracts.errors import ContractError, NotFoundError
from cumulet.contracts.manifests import DatasetManifest, canonical, sha256
from cumulet.core import context
from cumulet.core.schema import Columns, select
from cumulet.core.usecase import CutOff, UseCase
from training.dataset import DATA, LABEL, MANIFEST
from training.failures import reported
from training.known import Known


def last_night(cut_off: CutOff, moment: datetime) -> date:
    """The last night whose cut-off is at or before a moment (with its zone)."""
    night = cut_off.night_of(moment)
    return night if cut_off.at(night) <= moment else night - timedelta(days=1)


def labels_of(records: Columns, labels: Columns) -> NDArray[np.float64]:
    """The label of every record, NaN where none is known (yet), shape (n,); of two the first counts."""
    if not labels:
        return np.full(len(records["id"]), np.nan)
    order = np.argsort(labels["known"], kind="stable")[::-1]
    known = dict(zip(labels["id"][order].tolist(), labels[LABEL][order].tolist(), strict=True))
    return np.array([known.get(name, np.nan) for name in records["id"].tolist()], np.float64)


def take(lake: Lake, use_case: UseCase, night: date) -> DatasetManifest:
    """Write the snapshot of what was known at the cut-off of a night; the manifest last, an existing id not again."""
    known = Known.read(lake, use_case, night)
    if not known.labels:
        raise NotFoundError(f"{use_case.name}: no label is known at the cut-off of {night}; run later nights first")
    columns = context.features(use_case, known.records, known.labels, known.side)
    columns[LABEL] = labels_of(columns, known.labels)
    rows = select(columns, np.isfinite(columns[LABEL]))
    if not len(rows[LABEL]):
        raise NotFoundError(f"{use_case.name}: no record up to {night} has a label yet; run later nights first")
    data = parquet.encode(rows)
    days = use_case.days(rows)
    manifest = DatasetManifest(
        use_case=use_case.name,
        cut_off=use_case.cut_off.at(night).isoformat(),
        first_day=str(days.min()),
        last_day=str(days.max()),
        rows=len(columns[LABEL]),
        labelled=len(rows[LABEL]),
        schema_hash=use_case.schema.hash,
        files={DATA: sha256(data)},
        sources=dict(known.sources),
    )
    prefix = keys.snapshot(use_case.name, manifest.dataset_id)
    if not lake.exists(prefix + MANIFEST):
        lake.put(prefix + DATA, data, "application/x-parquet")
        lake.put(prefix + MANIFEST, manifest.to_json(), "application/json")
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
