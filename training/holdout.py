"""The holdout: what Fit hands to Evaluate in its output folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.adapters import parquet
from cumulet.contracts.manifests import canonical
from cumulet.core.schema import Columns
from cumulet.core.usecase import UseCase
from training.dataset import LABEL, Rows

DATA, TRIED = "holdout.parquet", "training.json"
PREDICTION = "prediction:"
"""Prefix of the columns of holdout.parquet that hold a model's predictions; of (n, k) there are k, numbered."""


@dataclass(frozen=True)
class Holdout:
    """The rows of all folds, each model's forecasts of them, (n,) or (n, k), by name, and what was tried.

    `tried`: `candidate` (the chosen one's name), its `parameters`, the names of the `baselines`, the metrics of all
    `models`, the number of `folds`; `weights`, in words, where rows were weighed.
    """

    rows: Rows
    predictions: Mapping[str, NDArray[np.float64]]
    tried: Mapping[str, Any]

    def write(self, folder: Path) -> None:
        """Write holdout.parquet and training.json."""
        predictions: Columns = {}
        for name, p in self.predictions.items():
            parts = {"": p} if p.ndim == 1 else {f"#{n}": p[:, n] for n in range(p.shape[1])}
            predictions |= {PREDICTION + name + part: values for part, values in parts.items()}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / DATA).write_bytes(parquet.encode({**self.rows.columns, LABEL: self.rows.y, **predictions}))
        (folder / TRIED).write_bytes(canonical(self.tried))

    @classmethod
    def read(cls, folder: Path, use_case: UseCase) -> Holdout:
        """Read what `write` has written."""
        columns = parquet.decode((folder / DATA).read_bytes())
        predictions: dict[str, list[NDArray[np.float64]]] = {}
        for name in [name for name in columns if name.startswith(PREDICTION)]:
            predictions.setdefault(name.removeprefix(PREDICTION).partition("#")[0], []).append(columns.pop(name))
        found = {name: parts[0] if len(parts) == 1 else np.column_stack(parts) for name, parts in predictions.items()}
        y = columns.pop(LABEL)
        return cls(Rows(columns, y, use_case.days(columns)), found, json.loads((folder / TRIED).read_bytes()))

    @property
    def own(self) -> NDArray[np.float64]:
        """The candidate's forecasts."""
        return self.predictions[self.tried["candidate"]]
