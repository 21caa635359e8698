"""What one night knows, and the tables of context features that follow from it.

Nothing here looks beyond the night's cut-off: label rows of later nights, observations made after it and those older
than the cut-off before are left out first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

import numpy as np

from cumulet.core.keys import Coding, row_keys
from cumulet.core.schema import Columns, moments, rows, select
from cumulet.core.specs import Count, Latest, Rate, Spec, Values
from cumulet.core.usecase import UseCase

ContextTable = dict[str, list[float | None]]
"""Key to float32 values, None missing; the key "" stands for all keys that are not there."""
Counted = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Rows (n,), the shortest window that each is in, by its place, and what is averaged of it."""


@dataclass(frozen=True)
class Block:
    """The table of one specification: keys (k), their values (k, m), the values (m,) of any other key."""

    keys: list[str]
    values: np.ndarray
    default: np.ndarray


def table(blocks: Sequence[Block]) -> ContextTable:
    """One table of a group's blocks, side by side; a key that a block does not have gets its default."""
    if len(blocks) == 1:
        values = dict(zip(blocks[0].keys, _lists(blocks[0].values), strict=True))
        return {"": json_values(blocks[0].default), **values}
    parts = [(dict(zip(block.keys, _lists(block.values), strict=True)), json_values(block.default)) for block in blocks]
    keys = dict.fromkeys(["", *(key for block in blocks for key in block.keys)])
    return {key: [value for part, default in parts for value in part.get(key, default)] for key in keys}


def json_values(column: np.ndarray) -> list[float | None]:
    """float32 values as JSON numbers, missing ones as None."""
    return [None if value != value else value for value in column.astype(np.float32).tolist()]


def _lists(values: np.ndarray) -> list[list[float | None]]:
    single = values.astype(np.float32)
    if not np.isnan(single).any():
        return single.tolist()  # type: ignore[no-any-return]
    return [json_values(row) for row in single]


def _utc(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.replace(tzinfo=None), "s")


def _first_of_each(labels: Columns, age: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Of those rows that tell of the same record (by id, if they have one) the one that came first: an outcome that is
    sent again in a later night counts once."""
    ids = labels.get("id", rows[:0])
    ids = (ids if len(ids) in (0, len(rows)) else ids[rows]).tolist()
    if len(set(ids)) == len(ids):
        return rows
    oldest_last = np.argsort(age[rows], kind="stable")
    first = {ids[n]: n for n in oldest_last.tolist()}
    return rows[np.sort(np.fromiter(first.values(), np.int64, len(first)))]


class Night:
    """What one night knows: the records of its day, the label rows of its windows, its observations."""

    def __init__(
        self, use_case: UseCase, day: date, records: Columns, labels: Columns, side: Mapping[str, Columns]
    ) -> None:
        self.use_case, self.records, self.side = use_case, records, side
        self.groups = use_case.context.groups
        self.cut_off, self.cut_off_before = (_utc(use_case.cut_off.at(d)) for d in (day, day - timedelta(1)))
        night = np.datetime64(day, "D")
        age = (night - moments(labels["known"], "date")).astype(np.int64) if labels else np.zeros(0, np.int64)
        inside = np.flatnonzero((age >= 0) & (age < use_case.context.nights))
        inside = _first_of_each(labels, age, inside)
        whole = len(inside) == len(age)  # as a night reads them: nothing to leave out, nothing to copy
        self.labels, self.age = (labels, age) if whole else (select(labels, inside), age[inside])
        self.coding = Coding(self.labels.__getitem__, len(self.age))
        self.today = Coding(partial(use_case.column, records), rows(records))
        self._counted: dict[tuple[Values, tuple[int, ...]], Counted] = {}

    def block(self, spec: Spec) -> Block:
        """Keys and values of one specification."""
        if isinstance(spec, Rate):
            return self._rate(spec)
        return self._count(spec) if isinstance(spec, Count) else self._latest(spec)

    def _rate(self, spec: Rate) -> Block:
        if not self.labels:
            return Block([], np.zeros((0, len(spec.windows))), np.full(len(spec.windows), np.nan))
        windows = tuple(sorted(spec.windows))
        codes, size = self.coding.codes(spec.group)
        rows, shortest, value = self._rows(spec.value, windows)
        if (own := codes[rows]).min(initial=0) < 0:
            keyed = own >= 0
            rows, own, shortest, value = rows[keyed], own[keyed], shortest[keyed], value[keyed]
        cell, shape = own * len(windows) + shortest, (size, len(windows))
        counts, totals = (np.bincount(cell, w, size * len(windows)).reshape(shape) for w in (None, value))
        present = np.flatnonzero(counts.any(axis=1))
        by_window = [windows.index(window) for window in spec.windows]
        count, total = (sums[present].cumsum(axis=1)[:, by_window] for sums in (counts, totals))
        prior = value.sum() / len(value) if len(value) else np.nan
        with np.errstate(invalid="ignore"):  # nothing known and no prior: missing
            values = (total + spec.strength * prior) / (count + spec.strength)
        return Block(self.coding.keys(spec.group, own, rows, present), values, np.full(len(spec.windows), prior))

    def _rows(self, value: Values, windows: tuple[int, ...]) -> Counted:
        """What a rate with these windows averages over."""
        if (value, windows) not in self._counted:
            shortest = np.searchsorted(windows, self.age, side="right")
            found = value(self.labels)
            rows = np.flatnonzero((shortest < len(windows)) & ~np.isnan(found))
            self._counted[value, windows] = rows, shortest[rows], found[rows]
        return self._counted[value, windows]

    def _count(self, spec: Count) -> Block:
        if not self.records:
            return Block([], np.zeros((0, 1)), np.zeros(1))
        codes, size = self.today.codes(spec.group)
        rows = np.flatnonzero(codes >= 0)
        counts = np.bincount(codes[rows], minlength=size)
        present = np.flatnonzero(counts)
        keys = self.today.keys(spec.group, codes[rows], rows, present)
        return Block(keys, counts[present].astype(np.float64).reshape(-1, 1), np.zeros(1))

    def _latest(self, spec: Latest) -> Block:
        observed = self.side.get(spec.table, {})
        missing = np.full(len(spec.fields), np.nan)
        if not observed:
            return Block([], np.zeros((0, len(spec.fields))), missing)
        time = moments(observed[spec.time], "timestamp")
        known = np.flatnonzero((time > self.cut_off_before) & (time <= self.cut_off))
        known = known[np.argsort(time[known], kind="stable")]
        keys = row_keys([observed[name][known] for name in spec.group], len(known))
        last = dict(zip(keys, known.tolist(), strict=True))
        last.pop("", None)
        values = np.array([observed[name][list(last.values())] for name in spec.fields]).T
        return Block(list(last), values.reshape(len(last), len(spec.fields)), missing)
