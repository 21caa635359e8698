"""Context features of many nights at once: to the last bit what `Night` says night by night, at a fraction of the time.

Label rows are counted into a grid of nights by keys; a window is the difference of two running sums. Differences of
floating-point sums are exact for whole numbers only, such as outcomes of 0 and 1: `applies` says whether they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cumulet.core.keys import Coding, compact
from cumulet.core.night_grids import Arrivals, Grid, Ints, counts_from, window_rates
from cumulet.core.schema import Columns, moments, rows, select
from cumulet.core.specs import Count, Group, Latest, Rate, Spec
from cumulet.core.usecase import UseCase

CELLS = 1 << 22
"""Nights times keys that a grid may have; more nights are computed in parts."""
BLOCK = 1 << 17
"""Nights times keys whose rates are computed at once: as many as a processor's cache holds."""
WHOLE = 2.0**53
"""Up to here every whole number is a float64."""

Codes = tuple[Ints, Ints, int]
"""The key of every row of another table, of every record, and how many keys there are; -1 where a value is missing."""


def applies(use_case: UseCase, labels: Columns) -> bool:
    """Whether every value that a rate sums is a whole number (or missing), so that any order of summing is exact."""
    for spec in use_case.context.features:
        if isinstance(spec, Rate) and labels:
            value = np.nan_to_num(spec.value(labels))
            if not (np.all(value == np.rint(value)) and np.abs(value).sum() < WHOLE):
                return False
    return True


class ManyNights:
    """What many nights know: their records, ordered by day, and the label rows and observations of all of them."""

    def __init__(self, use_case: UseCase, records: Columns, labels: Columns, side: Mapping[str, Columns]) -> None:
        self.use_case, self.records, self.side = use_case, records, side
        days = use_case.days(records)
        self.nights, self.night = np.unique(days, return_inverse=True)
        first = self.nights[0] - np.timedelta64(max(use_case.context.nights, 1) - 1, "D")
        span = int((self.nights[-1] - first).astype(int)) + 1
        known = (moments(labels["known"], "date") - first).astype(np.int64) if labels else np.zeros(0, np.int64)
        inside = np.flatnonzero((known >= 0) & (known < span))
        self.labels, known = select(labels, inside), known[inside]
        start = counts_from(self.labels, known, use_case.context.nights)
        self.arrivals = Arrivals(known, start, span, (self.nights - first).astype(np.int64) + 1)

    @property
    def cells(self) -> int:
        """The size of the largest grid. What it takes to find the keys is let go: from here on they are known."""
        specs = self.use_case.context.features
        size = max((self._codes(self._other(spec), spec.group)[2] for spec in specs), default=0)
        self._codings.clear()
        return self.arrivals.span * size

    def values(self, spec: Spec) -> NDArray[np.float32]:
        """The values of one specification for every record, shape (n, len(spec.names))."""
        if isinstance(spec, Rate):
            return self._rate(spec)
        return self._count(spec) if isinstance(spec, Count) else self._latest(spec)

    def _rate(self, spec: Rate) -> NDArray[np.float32]:
        if not self.labels:
            return np.full((len(self.night), len(spec.windows)), np.nan, np.float32)
        codes, wanted, size = self._codes("", spec.group)
        value = spec.value(self.labels)
        counted = np.flatnonzero((codes >= 0) & ~np.isnan(value))
        counts, totals = (Grid(self.arrivals, counted, codes[counted], size, each) for each in (None, value[counted]))
        found = np.empty((len(spec.windows), len(self.night)), np.float32)
        for first in range(0, len(self.nights), max(1, BLOCK // max(size, 1))):
            nights = slice(first, first + max(1, BLOCK // max(size, 1)))
            mine = slice(*np.searchsorted(self.night, [nights.start, nights.stop]).tolist())
            night, key = self.night[mine] - nights.start, wanted[mine]
            for row, (rates, prior) in enumerate(window_rates(spec, counts, totals, nights)):
                found[row, mine] = np.where(key >= 0, rates[night, key] if size else np.nan, prior[night])
        return found.T

    def _count(self, spec: Count) -> NDArray[np.float32]:
        _, codes, size = self._codes(None, spec.group)
        cell = self.night * size + codes
        found = np.bincount(cell[codes >= 0], minlength=len(self.nights) * size)
        return np.where(codes >= 0, found[cell], 0).astype(np.float32).reshape(-1, 1)

    def _latest(self, spec: Latest) -> NDArray[np.float32]:
        observed = self.side.get(spec.table, {})
        if not observed:
            return np.full((len(self.night), len(spec.fields)), np.nan, np.float32)
        codes, wanted, size = self._codes(spec.table, spec.group)
        time = moments(observed[spec.time], "timestamp")
        before, cut_offs = self._cut_offs
        at = np.searchsorted(cut_offs, time, side="left")
        there = np.flatnonzero((at < len(cut_offs)) & (codes >= 0))
        there = there[time[there] > before[at[there]]]
        there = there[np.argsort(time[there], kind="stable")]
        last = np.full(len(self.nights) * size, -1)
        last[at[there] * size + codes[there]] = there
        row = np.where(wanted >= 0, last[self.night * size + wanted], -1)
        fields = np.array([observed[name].astype(np.float32) for name in spec.fields])
        return np.where(row >= 0, fields[:, row], np.float32(np.nan)).T

    @cached_property
    def _cut_offs(self) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
        """Of every night the cut-off before and its own (UTC)."""
        at, days = self.use_case.cut_off.at, [*self.nights, *(self.nights - 1)]
        own, before = np.array([at(day.item()).replace(tzinfo=None) for day in days], "datetime64[s]").reshape(2, -1)
        return before, own

    @staticmethod
    def _other(spec: Spec) -> str | None:
        """The table that a specification looks at besides the records: the labels (""), a side table, or none."""
        return "" if isinstance(spec, Rate) else spec.table if isinstance(spec, Latest) else None

    def _codes(self, other: str | None, group: Group) -> Codes:
        if (other, group) not in self._known_codes:
            table = self.labels if other == "" else self.side.get(other, {}) if other else {}
            codes, size = compact(*self._coding(other, table).codes(group))
            self._known_codes[other, group] = codes[: rows(table)], codes[rows(table) :], size
        return self._known_codes[other, group]

    @cached_property
    def _known_codes(self) -> dict[tuple[str | None, Group], Codes]:
        return {}

    @cached_property
    def _codings(self) -> dict[str | None, Coding]:
        return {}

    def _coding(self, other: str | None, table: Columns) -> Coding:
        """The integers of the values of a table's rows and then of the records."""
        if other not in self._codings:
            groups = [spec.group for spec in self.use_case.context.features if self._other(spec) == other]
            columns = {}
            for name in dict.fromkeys(name for group in groups for name in group):
                own = self.use_case.column(self.records, name)
                columns[name] = np.concatenate([table[name], own]) if table else own
            self._codings[other] = Coding(columns.__getitem__, rows(table) + len(self.night))
        return self._codings[other]
