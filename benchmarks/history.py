"""A use case's history as its nights would have known it: source → schema → labels → context, without a cloud."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

import usecases
from cumulet.core import context
from cumulet.core.schema import Columns, concatenate, select
from cumulet.core.usecase import UseCase, label_rows
from lambdas.ingest.validation import validate
from training.dataset import Rows
from training.snapshot import labels_of


class History:
    """All labelled records of some days, each with the context features of its own night's cut-off.

    `known` (n,): the night in which the label of each row became known.
    """

    def __init__(self, use_case: UseCase, first: date, last: date) -> None:
        records, labels, side = _ingest(use_case, first, last)
        columns = context.features(use_case, records, labels, side)
        y = labels_of(columns, labels)
        labelled = np.flatnonzero(~np.isnan(y))
        rows = select(columns, labelled)
        self.rows = Rows(rows, y[labelled], use_case.days(rows))
        night = dict(zip(labels["id"].tolist(), labels["known"].tolist(), strict=True))
        self.known: NDArray[np.datetime64] = np.array([night[i] for i in rows["id"].tolist()], dtype="datetime64[D]")

    def known_at(self, night: date) -> Rows:
        """The rows whose label was known at the cut-off of a night."""
        return self.rows.where(self.known <= np.datetime64(night))

    def since(self, night: date) -> tuple[Rows, NDArray[np.datetime64]]:
        """The rows of the day `night` and later, and when their labels became known."""
        later = self.rows.days >= np.datetime64(night)
        return self.rows.where(later), self.known[later]


def _ingest(use_case: UseCase, first: date, last: date) -> tuple[Columns, Columns, dict[str, Columns]]:
    source = usecases.source(use_case.name)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    records, labels, side = [], [], {name: list[Columns]() for name in use_case.side_tables}
    for day in days:
        tables = source.day(day)
        records.append(validate(tables["records"], use_case.schema).columns)
        outcomes = label_rows(use_case, validate(tables["outcomes"], use_case.outcomes).columns)
        labels.append({**outcomes, "known": np.full(len(outcomes["id"]), np.datetime64(day))})
        for name, schema in use_case.side_tables.items():
            side[name].append(validate(tables[name], schema).columns)
    return concatenate(records), concatenate(labels), {name: concatenate(parts) for name, parts in side.items()}
