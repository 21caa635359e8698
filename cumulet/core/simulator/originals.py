"""What a source hands out before any shift, and which knobs are turned on a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from cumulet.contracts.errors import NotFoundError
from cumulet.core.simulator.declaration import Shift
from cumulet.core.simulator.frames import Frame
from cumulet.core.simulator.knobs import OUTCOMES, RECORDS, Knob, schema_of
from cumulet.core.usecase import UseCase, label_rows

KEPT_DAYS = 32
"""Days that are remembered: outcomes of a night are of records of some nights before."""

AnyKnob = TypeVar("AnyKnob", bound=Knob)


class Days(Protocol):
    """The system that a use case's days come from."""

    first_day: date
    last_day: date

    def day(self, day: date) -> dict[str, bytes]:
        """The tables (CSV) that it hands out at the cut-off of a day. Raises NotFoundError for a day it has not."""
        ...


class Originals:
    """The days of a source as they were, the last ones remembered."""

    def __init__(self, source: Days, use_case: UseCase, shift: Shift) -> None:
        self.use_case, self.shift = use_case, shift
        self._source = source
        self.tables = lru_cache(KEPT_DAYS)(self._tables)
        self._night_labels = lru_cache(KEPT_DAYS)(self._labels_of_night)

    def turned(self, kind: type[AnyKnob], day: date) -> Iterator[tuple[AnyKnob, str, float]]:
        """The knobs of a kind that are turned on a day, each with its seed and intensity."""
        for number, knob in enumerate(self.shift.knobs):
            if isinstance(knob, kind) and (intensity := knob.when.intensity(day)) > 0:
                yield knob, f"{self.shift.seed}/{number}", intensity

    def frame(self, day: date, table: str) -> Frame:
        """A table of a day; without rows where the source has no such day."""
        tables = self.tables(day)
        return Frame.empty(schema_of(self.use_case, table)) if tables is None else Frame.read(tables[table])

    def labels(self, day: date) -> dict[str, float]:
        """The labels that the day's records will have, by id, as far as they are known within the use case's lag."""
        later = (day + timedelta(days=n) for n in range(self.use_case.label_lag_days + 2))
        return {name: label for night in later for name, label in self._night_labels(night).items()}

    def records(self, day: date) -> Mapping[str, Mapping[str, str]]:
        """The columns of a day's records, each as values by id."""
        columns = self.frame(day, RECORDS).columns
        return {
            name: dict(zip(columns["id"].tolist(), column.tolist(), strict=True)) for name, column in columns.items()
        }

    def labelled(self, outcomes: Frame) -> NDArray[np.float64]:
        """The label of every outcome (n,), NaN where there is none."""
        return np.asarray(label_rows(self.use_case, outcomes.typed(self.use_case.outcomes))["label"], np.float64)

    def _tables(self, day: date) -> Mapping[str, bytes] | None:
        try:
            return self._source.day(day)
        except NotFoundError:
            return None

    def _labels_of_night(self, night: date) -> dict[str, float]:
        outcomes = self.frame(night, OUTCOMES)
        return dict(zip(outcomes.columns["id"].tolist(), self.labelled(outcomes).tolist(), strict=True))
