"""Records of some days as examples: their fields, the context features of their nights, their label where known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from cumulet.adapters import answers
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import NotFoundError
from cumulet.core import context
from cumulet.core.cutoff import nights
from cumulet.core.schema import Columns, concatenate, rows
from cumulet.core.usecase import UseCase

LABEL = "label"


def read(lake: Lake, use_case: UseCase, first: date, last: date) -> Columns:
    """The records of these days with their context columns and `label` (float64, NaN where none is known), by day.

    An answer that somebody gave (`cumulet label answer`) counts before the outcome. Raises NotFoundError when there is
    no record.
    """
    days = nights(first, last)
    records = _read(lake, (keys.curated(use_case.name, day) for day in days))
    if not rows(records):
        raise NotFoundError(f"no record of {use_case.name} from {first} to {last} is in the lake: `cumulet load` first")
    back = nights(first - timedelta(days=use_case.context.nights), last)
    side = {
        table: _read(lake, (keys.curated(f"{use_case.name}_{table}", day) for day in back))
        for table in use_case.side_tables
    }
    labels = known_labels(lake, use_case.name, back[0])
    found = context.features(use_case, records, labels, side)
    outcome = dict(zip(labels["id"].tolist(), labels[LABEL].tolist(), strict=True)) if labels else {}
    found[LABEL] = np.array([outcome.get(name, np.nan) for name in found["id"].tolist()], np.float64)
    return answers.applied(found, answers.read(lake, use_case.name))


def known_labels(lake: Lake, use_case: str, first: date) -> Columns:
    """All label rows that became known from night `first` on, with their night in `known` (datetime64[D])."""
    listed = [key for key in lake.list(f"labels/{use_case}/") if key.split("known=")[1][:10] >= first.isoformat()]
    parts = []
    for key, table in zip(listed, lake.read_many(listed), strict=True):
        night = np.datetime64(key.split("known=")[1][:10], "D")
        parts.append({**table, "known": np.full(rows(table), night)})
    return concatenate(parts)


def predictions(lake: Lake, use_case: UseCase, ids: NDArray[np.object_], days: Iterable[date]) -> NDArray[np.float64]:
    """What the nights' models said of each record, in the task's form: (n,), or (n, k) for k classes; NaN where no
    night scored it; of two models the newer one."""
    task = use_case.task
    said = np.full_like(task.targets(np.zeros(len(ids))), np.nan)
    names = ("id", *task.columns(said[:0]))
    places = {name: place for place, name in enumerate(ids.tolist())}
    for day in sorted(set(days)):
        found = lake.list(keys.predictions(use_case.name, day, "").removesuffix("/"))
        newest = sorted(found, key=lambda key: int(key.split("model=")[1].split("/")[0]))
        for table in lake.read_many(newest, names):
            asked = np.array([name in places for name in table["id"].tolist()], bool)
            said[[places[name] for name in table["id"][asked].tolist()]] = task.from_columns(table)[asked]
    return said


def _read(lake: Lake, wanted: Iterable[str]) -> Columns:
    return concatenate(table for table in lake.read_many(wanted) if rows(table))
