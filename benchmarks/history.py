"""A use case's history as its nights would have known it: source → schema → labels → context, without a cloud.

It is kept in .build/history, under a name that changes with the code it depends on: the next benchmark has it at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import usecases
from cumulet.adapters import parquet
from cumulet.contracts.closure import fingerprint
from cumulet.contracts.manifests import canonical, sha256
from cumulet.core.cutoff import nights
from cumulet.core.schema import Columns, select
from cumulet.core.simulator.declaration import read
from cumulet.core.simulator.originals import Days
from cumulet.core.simulator.source import ShiftedSource
from cumulet.core.usecase import UseCase
from cumulet.rehearsal.days import KNOWN, Day, Rehearsal, commit
from training.dataset import LABEL, Rows

ROOT = Path(__file__).resolve().parent.parent


class History:
    """All labelled records of some days, each with the context features of its own night's cut-off.

    `known` (n,): the night in which the label of each row became known.
    """

    def __init__(self, use_case: UseCase, first: date, last: date, shift: str = "") -> None:
        """`shift` (TOML, docs/training-data.md) shifts the days of the source."""
        columns = _kept(use_case, first, last, shift)
        self.known: NDArray[np.datetime64] = columns.pop(KNOWN)
        labels = columns.pop(LABEL)
        self.rows = Rows(columns, labels, use_case.days(columns))

    def known_at(self, night: date) -> Rows:
        """The rows whose label was known at the cut-off of a night."""
        return self.rows.where(self.known <= np.datetime64(night))


def tables(use_case: UseCase, day: date, source: Days | None = None) -> Day:
    """A day as `ingest` would have committed it."""
    return commit(use_case, day, (source or _source(use_case.name)).day(day))


@cache
def _source(use_case: str) -> usecases.Source:
    return usecases.source(use_case)


def _kept(use_case: UseCase, first: date, last: date, shift: str) -> Columns:
    modules = ("benchmarks.history", f"usecases.{use_case.name}", f"usecases.{use_case.name}.source")
    code = sha256(canonical([fingerprint(ROOT, module) for module in modules]))[:16]
    span = f"{use_case.name}-{first}-{last}" + (f"-{sha256(shift.encode())[:16]}" if shift else "")
    path = ROOT / ".build" / "history" / f"{span}-{code}.parquet"
    if not path.exists():
        for stale in path.parent.glob(f"{span}-{'?' * len(code)}.parquet"):
            stale.unlink()
        path.parent.mkdir(parents=True, exist_ok=True)
        source = ShiftedSource(_source(use_case.name), use_case, read(shift, use_case)) if shift else None
        path.write_bytes(parquet.encode(_computed(use_case, nights(first, last), source)))
    return parquet.decode(path.read_bytes())


def _computed(use_case: UseCase, days: Sequence[date], source: Days | None) -> Columns:
    found = Rehearsal.of(use_case, (tables(use_case, day, source) for day in days))
    columns = {**found.columns, LABEL: found.y}
    columns = select(columns, np.flatnonzero(np.isfinite(columns[LABEL])))
    night = dict(zip(found.labels["id"].tolist(), found.labels[KNOWN].tolist(), strict=True))
    return {**columns, KNOWN: np.array([night[name] for name in columns["id"].tolist()], dtype="datetime64[D]")}
