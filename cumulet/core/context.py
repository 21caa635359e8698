"""Context features as they were known at a night's cut-off: one way to compute them, one way to join them.

Offline (the snapshot, night by night) and online (the night, then the online store) both call `tables` and `join`, so
their values agree to the last bit. Sums of 0 and 1 are exact, hence the order of the rows does not matter either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from cumulet.contracts.errors import SkewError, UnavailableError
from cumulet.core.keys import RowKeys
from cumulet.core.many_nights import CELLS, ManyNights, applies
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


def column_names(use_case: UseCase) -> dict[str, tuple[str, ...]]:
    """The columns of each table by name, in the order of its values."""
    groups = use_case.context.groups.items()
    return {group_name(group): tuple(name for spec in specs for name in spec.names) for group, specs in groups}


def arranged(use_case: UseCase, tables: ContextTables, names: Mapping[str, Sequence[str]]) -> ContextTables:
    """Tables that other code may have written, with the columns that this code declares, in its order.

    `names` are the columns that were written, by table. Raises SkewError naming those that were not.
    """
    declared = column_names(use_case)
    absent = sorted(name for table, wanted in declared.items() for name in {*wanted} - {*names.get(table, ())})
    if absent:
        raise SkewError(
            f"the last night has written no {', '.join(absent)}: its code declares other context features than this"
            f" model's. Where they are new, run a night by the code that is deployed (`cumulet night {use_case.name}`);"
            f" where they were taken out, train and release a model without them (`cumulet train {use_case.name}`)"
        )
    return {table: _selected(tables[table], names[table], wanted) for table, wanted in declared.items()}


def _selected(table: ContextTable, written: Sequence[str], wanted: Sequence[str]) -> ContextTable:
    if tuple(written) == tuple(wanted):
        return table
    places = [list(written).index(name) for name in wanted]
    return {key: [values[place] for place in places] for key, values in table.items()}


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
    """The columns with the context columns (float32, NaN missing) added. Raises UnavailableError without tables.

    The tables are of this code's declaration; those that other code may have written are `arranged` first.
    """
    joined, declared = dict(columns), column_names(use_case)
    keys = RowKeys(partial(use_case.column, columns), rows(columns))
    for group in use_case.context.groups:
        names = declared[group_name(group)]
        known = tables.get(group_name(group))
        if known is None:
            raise UnavailableError(f"no context features by {group_name(group)}: run a night of {use_case.name} first")
        joined.update(zip(names, _looked_up(known, keys.of(group), len(names)).T, strict=True))
    return joined


def _looked_up(table: ContextTable, keys: Sequence[str], width: int) -> np.ndarray:
    """The values of the table for each key (n, width), float32; each distinct key is looked up once."""
    place = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    values = np.array([table.get(key, table[""]) for key in place], dtype=np.float32).reshape(-1, width)
    return values[np.fromiter(map(place.__getitem__, keys), dtype=np.intp, count=len(keys))]


def features(use_case: UseCase, records: Columns, labels: Columns, side: Mapping[str, Columns]) -> Columns:
    """The records of many days, each day joined with the tables of its own night; ordered by day.

    `labels` must reach back `use_case.context.nights` nights before the first day.
    """
    records, labels = _ordered(records, use_case.days(records)), _ordered(labels, labels["known"])
    exact = applies(use_case, labels)
    return concatenate(_of_nights(use_case, records, labels, side, exact=exact)) if rows(records) else dict(records)


def _of_nights(
    use_case: UseCase, records: Columns, labels: Columns, side: Mapping[str, Columns], *, exact: bool
) -> list[Columns]:
    """The same of records and labels in the order of their days, in parts: nights by themselves, or many at once."""
    days, known = use_case.days(records), moments(labels["known"], "date")
    if days[0] == days[-1]:
        today = days[0].item()
        return [join(use_case, records, tables(use_case, today, records, labels, side))]
    window = select(labels, _between(known, days[0] - use_case.context.nights + 1, days[-1]))
    if exact:
        nights = ManyNights(use_case, records, window, side)
        if nights.cells <= CELLS:
            specs = (spec for specs in use_case.context.groups.values() for spec in specs)
            columns = (zip(spec.names, nights.values(spec).T, strict=True) for spec in specs)
            return [{**records, **dict(pair for named in columns for pair in named)}]
    middle = days[0] + (days[-1] - days[0]) // 2
    halves = _between(days, days[0], middle), _between(days, middle + 1, days[-1])
    return [part for half in halves for part in _of_nights(use_case, select(records, half), window, side, exact=exact)]


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


def _ordered(columns: Columns, by: np.ndarray) -> Columns:
    """The rows in the order of a column; those that are in it already are not copied."""
    return columns if np.all(by[1:] >= by[:-1]) else select(columns, np.argsort(by, kind="stable"))


def _between(ordered: np.ndarray, first: np.datetime64, last: np.datetime64) -> slice:
    start, stop = np.searchsorted(ordered, first, side="left"), np.searchsorted(ordered, last, side="right")
    return slice(int(start), int(stop))
