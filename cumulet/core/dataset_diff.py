"""Two datasets compared: rows by record, days, schemas field by field, distributions, and the rate of the label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.core import drift
from cumulet.core.schema import Columns
from cumulet.core.sketches import InputSketch

LABEL, ID = "label", "id"


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


@dataclass(frozen=True, kw_only=True)
class SchemaChange:
    """One thing that a field says differently: `what` is its property, or "field" when it came or went."""

    field: str
    what: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What changed from one dataset to another."""

    rows: RowChanges
    days: dict[str, tuple[int, int]]
    """Rows (before, after) of every day on which their number differs."""
    schema: list[SchemaChange]
    drift: dict[str, drift.Drift]
    """Of every column that both have with the same type, the one that moved most first."""
    label: dict[str, tuple[float | None, float | None]]
    """rows, labelled, mean of the label (its rate where it is 0 or 1), each (before, after)."""

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return asdict(self)


EXAMPLES = 5


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


def schema_changes(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[SchemaChange]:
    """Field by field what two schemas (their `fields` as JSON) say differently; in the order of the fields."""
    old, new = ({field["name"]: field for field in fields} for fields in (before, after))
    found: list[SchemaChange] = []
    for name in dict.fromkeys([*old, *new]):
        if name not in old or name not in new:
            found.append(
                SchemaChange(field=name, what="field", before=_kind(old.get(name)), after=_kind(new.get(name)))
            )
            continue
        said = dict.fromkeys([*old[name], *new[name]])
        values = ((what, old[name].get(what), new[name].get(what)) for what in said)
        found += [SchemaChange(field=name, what=what, before=a, after=b) for what, a, b in values if a != b]
    return found


def _kind(field: Mapping[str, Any] | None) -> str | None:
    return None if field is None else str(field["kind"])


def _fields(columns: Columns, known: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The known fields, and the other columns of the table as fields of which there is but name and type."""
    names = {field["name"] for field in known}
    others = ({"name": name, "kind": column.dtype.name} for name, column in columns.items() if name not in names)
    return [*known, *others]


def drifts(before: Columns, after: Columns) -> dict[str, drift.Drift]:
    """How far every shared column has moved, in bins learnt from the first; most moved (by PSI) first."""
    names = [n for n in before if n in after and n not in (ID, LABEL) and before[n].dtype.kind == after[n].dtype.kind]
    reference = InputSketch.learn({name: before[name] for name in names})
    found = drift.of_inputs(reference, reference.count(after)) if names else {}
    return dict(sorted(found.items(), key=lambda item: (-item[1].psi, item[0])))


def label_changes(before: Columns, after: Columns) -> dict[str, tuple[float | None, float | None]]:
    """rows, labelled rows and the mean label of both; None for the mean of no label."""
    known = [columns[LABEL][np.isfinite(columns[LABEL])] for columns in (before, after)]
    means = [float(one.mean()) if len(one) else None for one in known]
    return {
        "rows": (len(before[LABEL]), len(after[LABEL])),
        "labelled": (len(known[0]), len(known[1])),
        "rate": (means[0], means[1]),
    }


def compare(
    before: Columns, after: Columns, *, event_time: str, schemas: tuple[Sequence[Mapping[str, Any]], ...] = ()
) -> Difference:
    """Everything that changed between two tables of records with `id`, `label` and a day.

    `schemas` are the fields of both as JSON; without them the columns are compared by name and type.
    """
    days = [columns[event_time].astype("datetime64[D]") for columns in (before, after)]
    old, new = (_fields(table, known) for table, known in zip((before, after), schemas or ((), ()), strict=True))
    return Difference(
        rows=row_changes(before, after),
        days={day: pair for day, pair in day_rows(*days).items() if pair[0] != pair[1]},
        schema=schema_changes(old, new),
        drift=drifts(before, after),
        label=label_changes(before, after),
    )
