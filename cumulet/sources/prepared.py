"""A table that `cumulet new` has prepared, as a source: its rows by day, their outcomes some days later."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cumulet.contracts.errors import NotFoundError
from cumulet.core.cutoff import CutOff
from cumulet.core.schema import Schema
from cumulet.sources.days import Days, to_csv

DAY = "day"
"""The column that says on which day a row comes."""


class Prepared:
    """A Parquet file of rows with `id` and `day`; what came of one is known at the cut-off `known_after` days later."""

    def __init__(self, path: Path, records: Schema, outcomes: Schema, *, cut_off: CutOff, known_after: int) -> None:
        self._path, self._records, self._outcomes = path, records, outcomes
        self._cut_off, self._known_after = cut_off, known_after

    @property
    def first_day(self) -> date:
        """The first day that has rows."""
        return self._span[0]

    @property
    def last_day(self) -> date:
        """The last day that has rows."""
        return self._span[1]

    def day(self, day: date) -> dict[str, bytes]:
        """CSV per table: the rows of `day`, and the outcomes that are known since this night.

        Raises NotFoundError for a day of which nothing is known.
        """
        of = day - timedelta(days=self._known_after)
        if day < self.first_day or of > self.last_day:
            raise NotFoundError(f"{day}: {self._path.name} has rows from {self.first_day} to {self.last_day} only")
        outcomes = self._days.of(of)
        known = np.datetime64(self._cut_off.at(day).replace(tzinfo=None), "s")
        outcomes = outcomes.append_column("known_at", pa.array(np.full(len(outcomes), known)))
        outcomes = outcomes.append_column("date", outcomes[DAY])
        return {"records": to_csv(self._records, self._days.of(day)), "outcomes": to_csv(self._outcomes, outcomes)}

    @cached_property
    def _days(self) -> Days:
        return Days(pq.read_table(self._path), by=DAY)

    @cached_property
    def _span(self) -> tuple[date, date]:
        days = pq.read_table(self._path, columns=[DAY])[DAY].to_numpy()
        return days.min().item(), days.max().item()
