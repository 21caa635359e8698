"""The outcomes of a night: those of records that stayed, as the concept of their day has it, when they become known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from cumulet.core.simulator import editing
from cumulet.core.simulator.frames import Frame, stacked
from cumulet.core.simulator.knobs import OUTCOMES, Concept, Late
from cumulet.core.simulator.originals import Originals
from cumulet.core.training_data.draws import draws

Mask = NDArray[np.bool_]


class Outcomes:
    """Shifted outcomes; `dropped` gives the ids of the records that a day lost."""

    def __init__(self, originals: Originals, dropped: Callable[[date], frozenset[str]]) -> None:
        self._originals, self._dropped = originals, dropped
        self._use_case = originals.use_case
        late = (knob.max_days for knob in originals.shift.knobs if isinstance(knob, Late))
        self._latest = max(late, default=0)
        self._result = editing.result_fields(self._use_case.schema, self._use_case.outcomes)

    def night(self, night: date) -> Frame:
        """What becomes known in a night: outcomes of this one, and late ones of the nights before."""
        return stacked([self._arriving(night - timedelta(days=n), n, night) for n in range(self._latest + 1)])

    def _arriving(self, known: date, delay: int, night: date) -> Frame:
        """The outcomes that the source knew in one night and that arrive `delay` nights later."""
        whole = self._originals.frame(known, OUTCOMES)
        rows = self._delays(whole, known) == delay
        if not rows.any():
            return whole.where(rows)
        frame = self._concepts(whole).where(rows & self._of_kept(whole))
        at = editing.postponed(frame.columns["known_at"], delay, self._use_case.cut_off.at(night))
        return frame.with_column("known_at", at)

    def _delays(self, outcomes: Frame, known: date) -> NDArray[np.int64]:
        nights = np.zeros(len(outcomes), np.int64)
        ids = outcomes.columns["id"]
        for knob, seed, intensity in self._originals.turned(Late, known):
            drawn = draws(ids, f"{seed}/chosen"), draws(ids, f"{seed}/nights")
            nights = np.maximum(nights, editing.delays(knob, *drawn, intensity))
        return nights

    def _of_kept(self, outcomes: Frame) -> Mask:
        """Whether the record of each outcome (n,) stayed on its day."""
        lost = {day: self._dropped(date.fromisoformat(day)) for day in set(outcomes.columns["date"].tolist())}
        pairs = zip(outcomes.columns["date"], outcomes.columns["id"], strict=True)
        return np.array([name not in lost[day] for day, name in pairs], bool)

    def _concepts(self, outcomes: Frame) -> Frame:
        """Outcomes as the concepts of their records' days have them."""
        for text in sorted(set(outcomes.columns["date"].tolist())):
            day = date.fromisoformat(text)
            for knob, seed, intensity in self._originals.turned(Concept, day):
                rows = (outcomes.columns["date"] == text) & self._in_slice(knob, outcomes, day)
                outcomes = self._changed(knob, outcomes, rows, seed, intensity)
        return outcomes

    def _changed(self, knob: Concept, outcomes: Frame, rows: Mask, seed: str, intensity: float) -> Frame:
        ids = outcomes.columns["id"]
        if knob.column:
            chosen = rows & (draws(ids, seed) < intensity)
            field = self._use_case.outcomes.field(knob.column)
            return editing.rescaled(outcomes, field, chosen, knob.factor, knob.offset)
        chosen = rows & (draws(ids, seed) < knob.flip * intensity)
        labels = self._originals.labelled(outcomes)
        return editing.flipped(outcomes, labels, chosen, draws(ids, f"{seed}/donor"), self._result)

    def _in_slice(self, knob: Concept, outcomes: Frame, day: date) -> Mask:
        rows = np.ones(len(outcomes), bool)
        for name in knob.where:
            column = outcomes.columns.get(name)
            if column is None:  # a field of the record alone
                values = self._originals.records(day)[name]
                column = np.array([values.get(each) for each in outcomes.columns["id"]], object)
            rows &= np.array([text in knob.allowed(name) for text in column], bool)
        return rows
