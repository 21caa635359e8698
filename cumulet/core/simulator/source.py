"""A source whose days are shifted: one protocol in and out, each day computed by itself, equal seeds equal bytes."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np

from cumulet.contracts.errors import NotFoundError
from cumulet.core.simulator import breaking, editing, keeping
from cumulet.core.simulator.declaration import Shift
from cumulet.core.simulator.frames import Frame
from cumulet.core.simulator.knobs import OUTCOMES, RECORDS, Broken, Prior, Scale, Tilt, schema_of
from cumulet.core.simulator.originals import KEPT_DAYS, Days, Originals
from cumulet.core.simulator.outcomes import Outcomes
from cumulet.core.training_data.draws import draws
from cumulet.core.usecase import UseCase


class ShiftedSource:
    """`source` with a shift. A table that no knob changes on a day is the source's own bytes."""

    def __init__(self, source: Days, use_case: UseCase, shift: Shift) -> None:
        self.first_day, self.last_day = source.first_day, source.last_day
        self._use_case = use_case
        self._originals = Originals(source, use_case, shift)
        self._dropped = lru_cache(KEPT_DAYS)(self._left_out)
        self._outcomes = Outcomes(self._originals, self._dropped)

    def day(self, day: date) -> dict[str, bytes]:
        """The shifted tables of a day. Raises NotFoundError for a day that the source has not, or that is missing."""
        if any(knob.how == "missing" for knob, _ in self._broken_on(day)):
            raise NotFoundError(f"{day}: the shift lets this day be missing")
        shifted = {RECORDS: self._records(day), OUTCOMES: self._outcomes.night(day)}
        own = self._originals.tables(day)
        if own is None and not len(shifted[OUTCOMES]):
            raise NotFoundError(f"{day}: the source has days from {self.first_day} to {self.last_day} only")
        found = {}
        for table in (*shifted, *self._use_case.side_tables):
            frame = self._originals.frame(day, table)
            changed = self._scaled(day, table, shifted.get(table, frame))
            found[table] = changed.to_csv() if own is None or not changed.equals(frame) else own[table]
        for knob, seed in self._broken_on(day):
            found[knob.table] = breaking.broken(knob, found[knob.table], f"{seed}/{day}")
        return found

    def _records(self, day: date) -> Frame:
        records, dropped = self._originals.frame(day, RECORDS), self._dropped(day)
        return records.where(np.array([name not in dropped for name in records.columns["id"]], bool))

    def _scaled(self, day: date, table: str, frame: Frame) -> Frame:
        schema = schema_of(self._use_case, table)
        for knob, seed, intensity in self._originals.turned(Scale, day):
            if knob.table == table:
                rows = draws(frame.names(schema.key), seed) < knob.share * intensity
                frame = editing.rescaled(frame, schema.field(knob.column), rows, knob.factor, knob.offset)
        return frame

    def _left_out(self, day: date) -> frozenset[str]:
        """The ids of the day's records that tilts and priors leave out."""
        records = self._originals.frame(day, RECORDS)
        ids, dropped = records.columns["id"], np.zeros(len(records), bool)
        for tilt, seed, intensity in self._originals.turned(Tilt, day):
            dropped |= draws(ids, seed) >= keeping.by_tilt(tilt, records, self._use_case, intensity)
        for prior, seed, intensity in self._originals.turned(Prior, day):
            known = self._originals.labels(day)
            labels = np.array([known.get(name, np.nan) for name in ids], np.float64)
            dropped |= draws(ids, seed) >= keeping.by_prior(prior, labels, self._use_case.task, intensity)
        return frozenset(ids[dropped & (ids != "")].tolist())

    def _broken_on(self, day: date) -> list[tuple[Broken, str]]:
        """The knobs that break this day, with their seeds."""
        return [
            (knob, seed)
            for knob, seed, intensity in self._originals.turned(Broken, day)
            if (day in knob.days if knob.days else draws([str(day)], seed)[0] < knob.chance * intensity)
        ]
