"""Laws about time: nothing that a forecast knows was known only afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cumulet.core import context
from cumulet.core.schema import Columns, moments, rows, select
from cumulet.core.specs import Latest
from cumulet.rehearsal import matrices
from cumulet.rehearsal.days import KNOWN, Rehearsal

TELLING = 100
"""Labelled rows from which on a feature that always goes along with the label is no chance."""


def the_future_is_not_seen(of: Rehearsal) -> Iterator[str]:
    """Context features of a day stay the same when everything that became known later is turned upside down."""
    use_case, days = of.use_case, np.unique(of.use_case.days(of.records))
    middle = days[len(days) // 2]
    cut_off = np.datetime64(use_case.cut_off.at(middle.item()).replace(tzinfo=None), "s")
    later = of.labels[KNOWN] > middle
    labels = {**of.labels, "label": np.where(later, -1.0 - of.labels["label"], of.labels["label"])}
    side = {name: _turned(use_case_times(of, name), table, cut_off) for name, table in of.side.items()}
    today = select(of.records, np.flatnonzero(use_case.days(of.records) == middle))
    honest = context.tables(use_case, middle.item(), today, of.labels, of.side)
    if context.tables(use_case, middle.item(), today, labels, side) != honest:
        yield f"Context features of {middle} change with what became known after its cut-off: a feature looks ahead."
    late = of.labels["known_at"] > _cut_offs(of)
    if late.any():
        yield (
            f"{int(late.sum())} outcomes came with a night before they were known (the first: "
            f"{of.labels['id'][late][0]}): hand an outcome over in the night after its known_at."
        )


def outcomes_are_not_looked_up(of: Rehearsal) -> Iterator[str]:
    """Features do not follow from who a record is, and none of them is its label in other words."""
    use_case, matrix = of.use_case, matrices.matrix(of)
    others = np.array([f"another-{n}" for n in range(rows(of.columns))], object)
    elsewhere = use_case.transform({**of.columns, "id": others}, matrices.state(of))
    if not matrices.same(elsewhere, matrix):
        row = int(np.flatnonzero((np.nan_to_num(elsewhere) != np.nan_to_num(matrix)).any(axis=1))[0])
        yield (
            f"{matrices.differing(of, elsewhere[row], matrix[row])} changes with the id of a record: what is looked up "
            "by an id is not there yet when the record is forecast. Take it out of transform."
        )
    y = of.y
    there = np.flatnonzero(np.isfinite(y))
    if len(there) < TELLING or use_case.task.unlearnable(y[there]):
        return
    for name, column in zip(use_case.feature_names, matrix[there].T, strict=True):
        if any(_tells(column, target) for target in use_case.task.targets(y[there]).reshape(len(there), -1).T):
            yield (
                f"{name} says the label in other words (all {len(there)} rows): it was written down when the outcome "
                "was known. Take it out of the records, or give its value as of the cut-off."
            )


def use_case_times(of: Rehearsal, table: str) -> set[str]:
    """The columns that say when a row of a side table was observed."""
    return {spec.time for spec in of.use_case.context.features if isinstance(spec, Latest) and spec.table == table}


def _tells(column: NDArray[np.float32], target: NDArray[np.float64]) -> bool:
    """Whether a feature goes along with the label in every row."""
    if np.isnan(column).any() or np.ptp(column) == 0 or np.ptp(target) == 0:
        return False
    return bool(abs(np.corrcoef(column.astype(np.float64), target)[0, 1]) > 1 - 1e-6)


def _turned(times: set[str], table: Columns, cut_off: np.datetime64) -> Columns:
    """A side table whose numbers are others after the cut-off."""
    late = np.zeros(rows(table), bool)
    for time in times:
        late |= moments(table[time], "timestamp") > cut_off
    return {name: np.where(late, -1.0 - v, v) if v.dtype.kind == "f" else v for name, v in table.items()}


def _cut_offs(of: Rehearsal) -> NDArray[np.datetime64]:
    """The cut-off of the night in which each label row came (n,)."""
    days, index = np.unique(of.labels[KNOWN], return_inverse=True)
    moments_ = [of.use_case.cut_off.at(day).replace(tzinfo=None) for day in days.tolist()]
    return np.array(moments_, "datetime64[s]")[index]
