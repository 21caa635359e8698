"""Context features as they were known at a night's cut-off: one way to compute them, one way to join them.

Offline (the snapshot, night by night) and online (the night, then the online store) both call `tables` and `join`, so
their values agree to the last bit. Sums of 0 and 1 are exact, hence the order of the rows does not matter either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from cumulet.contracts.errors import UnavailableError
from cumulet.core.keys import row_keys
from cumulet.core.night import ContextTable, Night, json_values, table
from cumulet.core.schema import Columns, concatenate, moments, rows, select
from cumulet.core.specs import Group
from cumulet.core.usecase import UseCase

ContextTables = dict[str, ContextTable]
"""Group name to its table: key to the float32 values of the group's features (None missing). The key "" has the values
of all keys that the table does not know. JSON keeps it to the last bit."""


def group_name(group: Group) -> str:
    """The name of a group's table: its columns joined by +, or `all`."""
    return "+".join(group) or "all"


def tables(
    use_case: UseCase, day: date, records: Columns, labels: Columns | Sequence[Columns], side: Mapping[str, Columns]
) -> ContextTables:
    """The context tables of the night that ends on `day`.

    `records`: the valid records of the day. `labels`: label rows with their night in `known` (datetime64[D]), at least
    the last `use_case.context.nights` nights; rows of other nights are left out. `side`: the side tables by name, at
    least the observations since the cut-off before; later and older ones are left out.
    """
    columns = labels if isinstance(labels, dict) else concatenate(labels)
    night = Night(use_case, day, records, columns, side)
    return {group_name(group): table([night.block(spec) for spec in specs]) for group, specs in night.groups.items()}


def join(use_case: UseCase, columns: Columns, tables: ContextTables) -> Columns:
    """The columns with the context columns (float32, NaN missing) added. Raises UnavailableError without tables."""
    joined = dict(columns)
    for group, specs in use_case.context.groups.items():
        names = [name for spec in specs for name in spec.names]
        known = tables.get(group_name(group))
        if known is None:
            raise UnavailableError(f"no context features by {group_name(group)}: run a night of {use_case.name} first")
        keys = row_keys([use_case.column(columns, name) for name in group], rows(columns))
        found = np.array([known.get(key, known[""]) for key in keys], dtype=np.float32).reshape(-1, len(names))
        joined.update(zip(names, found.T, strict=True))
    return joined


def features(use_case: UseCase, records: Columns, labels: Columns, side: Mapping[str, Columns]) -> Columns:
    """The records of many days, each day joined with the tables of its own night; ordered by day.

    `labels` must reach back `use_case.context.nights` nights before the first day.
    """
    days = use_case.days(records)
    order = np.argsort(days, kind="stable")
    days, records = days[order], select(records, order)
    labels = select(labels, np.argsort(labels["known"], kind="stable"))
    known = moments(labels["known"], "date")
    parts = []
    for day in np.unique(days):
        today = select(records, _between(days, day, day))
        window = select(labels, _between(known, day - use_case.context.nights + 1, day))
        parts.append(join(use_case, today, tables(use_case, day.item(), today, window, side)))
    return concatenate(parts)


def with_context(use_case: UseCase, records: Sequence[Mapping[str, Any]]) -> Columns:
    """Records that hold their context features (golden records) as columns, as `join` gives them."""
    context = {
        name: np.array([record[name] for record in records], dtype=np.float32) for name in use_case.context.names
    }
    return {**use_case.schema.columns(records), **context}


def context_records(use_case: UseCase, columns: Columns) -> list[dict[str, Any]]:
    """Columns with context as JSON records, the inverse of `with_context`."""
    records = use_case.schema.records(columns)
    for name in use_case.context.names:
        for record, value in zip(records, json_values(columns[name]), strict=True):
            record[name] = value
    return records


def _between(ordered: np.ndarray, first: np.datetime64, last: np.datetime64) -> slice:
    start, stop = np.searchsorted(ordered, first, side="left"), np.searchsorted(ordered, last, side="right")
    return slice(int(start), int(stop))
