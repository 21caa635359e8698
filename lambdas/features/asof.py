"""A night's context features as of its cut-off: what is committed in the lake in, one Parquet object out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cumulet.adapters import parquet
from cumulet.adapters.labels import read_labels
from cumulet.adapters.lake import Lake
from cumulet.adapters.online import OnlineNight
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import NotFoundError
from cumulet.core import context
from cumulet.core.cutoff import nights
from cumulet.core.schema import Columns, rows
from cumulet.core.usecase import UseCase


@dataclass(frozen=True)
class AsOf:
    """What a night makes of what it knows."""

    cut_off: datetime
    tables: context.ContextTables
    joined: Columns
    labels: int
    """Label rows in the windows."""
    data: bytes
    """The partition of features/."""
    names: dict[str, tuple[str, ...]]
    """The columns of each table."""

    @property
    def online(self) -> OnlineNight:
        """What `predict` is to know of the night."""
        return OnlineNight(self.tables, self.cut_off, self.names)


def compute(lake: Lake, use_case: UseCase, day: date) -> AsOf:
    """The features of a committed day by the present declaration. Raises NotFoundError for one that is not."""
    records, labels, side = read(lake, use_case, day)
    cut_off = use_case.cut_off.at(day)
    tables = context.tables(use_case, day, records, labels, side)
    joined = context.join(use_case, records, tables)
    data = parquet.encode(joined, {"use_case": use_case.name, "cut_off": cut_off.isoformat()})
    return AsOf(cut_off, tables, joined, rows(labels), data, context.column_names(use_case))


def read(lake: Lake, use_case: UseCase, day: date) -> tuple[Columns, Columns, dict[str, Columns]]:
    """The committed records of the day, the labels of the windows, and the side tables of the night."""
    datasets = [use_case.name, *(f"{use_case.name}_{name}" for name in use_case.side_tables)]
    commit, *tables = lake.find_many([keys.commit(use_case.name, day), *(keys.curated(each, day) for each in datasets)])
    if commit is None or None in tables:
        raise NotFoundError(f"{use_case.name}: {day} is not committed; ingest it first")
    records, *side = (parquet.decode(data) for data in tables if data is not None)
    window = nights(day - timedelta(days=use_case.context.nights - 1), day)
    labels = read_labels(lake, use_case.name, window)
    return records, labels, dict(zip(use_case.side_tables, side, strict=True))
