"""Rows of two datasets compared: by their record ids, and by their days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.core.schema import Columns

ID = "id"
EXAMPLES = 5


@dataclass(frozen=True, kw_only=True)
class RowChanges:
    """Rows by their record id: only in the second, only in the first, and in both with another value somewhere."""

    added: int
    removed: int
    changed: int
    same: int
    changed_by_column: dict[str, int]
    """In how many rows each column has another value, of the columns that both have."""
    examples: dict[str, list[str]]
    """A few ids of each kind."""


def row_changes(before: Columns, after: Columns) -> RowChanges:
    """Which records came, went and changed. A record is named by its id; of two rows with one id the last counts."""
    places = [{one: n for n, one in enumerate(columns[ID].tolist())} for columns in (before, after)]
    both = [one for one in places[0] if one in places[1]]
    old, new = (np.array([place[one] for one in both], np.int64) for place in places)
    shared = [name for name in before if name in after and name != ID]
    differing = {name: _differs(before[name][old], after[name][new]) for name in shared}
    changed = np.logical_or.reduce(list(differing.values()), axis=0) if differing else np.zeros(len(both), bool)
    added, removed = ([one for one in places[n] if one not in places[1 - n]] for n in (1, 0))
    ids = {"added": added, "removed": removed, "changed": [both[n] for n in np.flatnonzero(changed)[:EXAMPLES]]}
    return RowChanges(
        added=len(added),
        removed=len(removed),
        changed=int(changed.sum()),
        same=int(len(both) - changed.sum()),
        changed_by_column={name: int(mask.sum()) for name, mask in differing.items() if mask.any()},
        examples={kind: found[:EXAMPLES] for kind, found in ids.items()},
    )


def _differs(before: NDArray[Any], after: NDArray[Any]) -> NDArray[np.bool_]:
    """Where two columns have another value, to the bit; two missing values are the same."""
    if before.dtype.kind != after.dtype.kind:
        return np.ones(len(before), bool)
    if before.dtype.kind == "O":
        return np.array([a != b for a, b in zip(before.tolist(), after.tolist(), strict=True)], bool)
    both_missing = (before != before) & (after != after)  # NaN and NaT alone are not what they are
    differs: NDArray[np.bool_] = (before != after) & ~both_missing
    return differs


def day_rows(before: NDArray[np.datetime64], after: NDArray[np.datetime64]) -> dict[str, tuple[int, int]]:
    """Rows (before, after) of every day; in the order of the days."""
    counted = [np.unique(days, return_counts=True) for days in (before, after)]
    old, new = (dict(zip(days.tolist(), counts.tolist(), strict=True)) for days, counts in counted)
    return {str(day): (old.get(day, 0), new.get(day, 0)) for day in sorted({*old, *new})}
