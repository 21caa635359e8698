"""A dataset snapshot as jobs read it, and its folds forward in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.adapters import parquet
from cumulet.contracts.errors import ContractError
from cumulet.contracts.manifests import DatasetManifest, sha256
from cumulet.core.schema import Columns, concatenate, select
from cumulet.core.usecase import FitRows, UseCase
from training.sampling import draws, sample

DATA = "data.parquet"
MANIFEST = "manifest.json"
SCHEMA = "schema.json"
"""What the manifest's `schema_hash` is the sha256 of."""
LABEL = "label"
EVERY = FitRows()
"""No limit: all rows are fitted on."""


@dataclass(frozen=True)
class Rows:
    """Labelled records with their context features: columns (n,) each, labels (n,), days (n,)."""

    columns: Columns
    y: NDArray[np.float64]
    days: NDArray[np.datetime64]

    def __len__(self) -> int:
        return len(self.y)

    def where(self, index: NDArray[Any]) -> Rows:
        """The rows that a mask or positions pick."""
        return Rows(select(self.columns, index), self.y[index], self.days[index])


def read(folder: Path, use_case: UseCase) -> tuple[Rows, DatasetManifest]:
    """The rows of a snapshot that have a label.

    Raises ContractError when the data are not what the manifest says, or are of another schema than the use case's.
    """
    manifest = DatasetManifest.from_json((folder / MANIFEST).read_bytes())
    data = (folder / DATA).read_bytes()
    if sha256(data) != manifest.files[DATA]:
        raise ContractError(f"{DATA} of dataset {manifest.dataset_id} is damaged: its sha256 is not the manifest's")
    if manifest.schema_hash != use_case.schema.hash:
        raise ContractError(
            f"dataset {manifest.dataset_id} has another schema than {use_case.name} now; take a new one"
        )
    columns = parquet.decode(data)
    columns = select(columns, np.flatnonzero(np.isfinite(columns[LABEL])))
    labels = columns.pop(LABEL)
    return Rows(columns, labels, use_case.days(columns)), manifest


def limited(rows: Rows, maximum: int, half_life_days: float) -> Rows:
    """At most `maximum` of the rows (0: all), drawn as `training.sampling` does."""
    if not 0 < maximum < len(rows):
        return rows
    return rows.where(sample(draws(rows.columns["id"]), rows.days, maximum, half_life_days))


def forward_folds(
    rows: Rows,
    folds: int,
    fold_days: int,
    limit: FitRows = EVERY,
    unlearnable: Callable[[NDArray[np.float64]], str] = lambda y: "",
) -> list[tuple[Rows, Rows]]:
    """Pairs of rows to fit on and later rows to judge on: as if a model had been fitted anew every `fold_days` days.

    The judged parts are the last `folds` spans of `fold_days` days, shorter where the snapshot is: at most two thirds
    of its days are judged. One span alone may be a lucky month; several together decide better. Of the rows before a
    span `limit` says how many are fitted on; all rows of the span are judged.
    Source: Tashman (2000), Out-of-sample tests of forecasting accuracy, Int. J. of Forecasting 16(4): rolling origin.
    Raises ContractError when there are too few days, or a part has labels that are `unlearnable` (`Task`).
    """
    days = int((rows.days.max() - rows.days.min()).astype(int)) + 1 if len(rows) else 0
    length = min(fold_days, 2 * days // (3 * folds))
    if length < 1:
        raise ContractError(f"the snapshot has labels of {days} days, {folds} folds need {2 * folds}; ingest more days")
    starts = [rows.days.max() + 1 - length * n for n in range(folds, 0, -1)]
    pairs = [
        (_before(rows, start, limit), rows.where((rows.days >= start) & (rows.days < start + length)))
        for start in starts
    ]
    for part in (part for pair in pairs for part in pair):
        if why := unlearnable(part.y) if len(part) else "are none":
            raise ContractError(f"{len(part)} rows to fit or judge on {why}; ingest more days")
    return pairs


def _before(rows: Rows, start: np.datetime64, limit: FitRows) -> Rows:
    """What a fold is fitted on; positions are settled first, so that columns are copied for the rows it takes only."""
    before = np.flatnonzero(rows.days < start)
    if 0 < limit.fold_maximum < len(before):
        drawn = draws(rows.columns["id"][before])
        before = before[sample(drawn, rows.days[before], limit.fold_maximum, limit.half_life_days)]
    return rows.where(before)


def together(parts: Sequence[Rows]) -> Rows:
    """The rows of several parts, in their order."""
    columns = concatenate(part.columns for part in parts)
    return Rows(columns, np.concatenate([p.y for p in parts]), np.concatenate([p.days for p in parts]))
