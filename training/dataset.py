"""A dataset snapshot as jobs read it, and its split forward in time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.adapters import parquet
from cumulet.contracts.errors import ContractError
from cumulet.contracts.manifests import DatasetManifest, sha256
from cumulet.core.schema import Columns, select
from cumulet.core.usecase import UseCase

DATA = "data.parquet"
MANIFEST = "manifest.json"
LABEL = "label"


@dataclass(frozen=True)
class Rows:
    """Labelled records with their context features: columns (n,) each, labels (n,) of 0 and 1, days (n,)."""

    columns: Columns
    y: NDArray[np.float64]
    days: NDArray[np.datetime64]

    def __len__(self) -> int:
        return len(self.y)

    def where(self, index: NDArray[Any]) -> Rows:
        """The rows that a mask or positions pick."""
        return Rows(select(self.columns, index), self.y[index], self.days[index])


def read(folder: Path, use_case: UseCase) -> tuple[Rows, DatasetManifest]:
    """The rows of a snapshot.

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
    labels = columns.pop(LABEL)
    return Rows(columns, labels, use_case.days(columns)), manifest


def forward_split(rows: Rows, holdout_days: int) -> tuple[Rows, Rows]:
    """The earlier part to fit on and the later to judge on: the last `holdout_days`, at most a third of the days.

    Raises ContractError when fewer than three days have labels or a part has one class only.
    """
    span = int((rows.days.max() - rows.days.min()).astype(int)) + 1 if len(rows) else 0
    if span < 3:
        raise ContractError(f"the snapshot has labels of {span} days, at least 3 are needed; ingest more days first")
    start = rows.days.max() - (min(holdout_days, span // 3) - 1)
    earlier, later = rows.where(rows.days < start), rows.where(rows.days >= start)
    for name, part in (("earlier", earlier), ("later", later)):
        if not 0 < part.y.sum() < len(part):
            raise ContractError(f"the {name} part has one class only ({len(part)} rows); ingest more days first")
    return earlier, later
