"""What the marks of a use case's fields forbid, as laws: each gives what breaks it, and every use case is held to them.

identifier, personal, free text   never an input of the model, a key of context features, a slice or a published column
sensitive                         kept to judge fairness by; an input of the model only where the use case says so
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from cumulet.core.schema import Columns, Field, Mark, rows
from cumulet.core.usecase import State, UseCase

NAMING: tuple[Mark, ...] = ("identifier", "personal", "free text")


def marked(use_case: UseCase, *marks: Mark) -> dict[str, Field]:
    """The fields of all tables of a use case that have one of these marks, by name."""
    schemas = (use_case.schema, use_case.outcomes, *use_case.side_tables.values())
    return {each.name: each for schema in schemas for each in schema.fields if each.mark in marks}


def observed(use_case: UseCase) -> tuple[str, ...]:
    """The fields of the records that sketches and reports may count values of: those that name nobody."""
    naming = use_case.schema.marked(*NAMING)
    return tuple(name for name in use_case.schema.names if name != "id" and name not in naming)


def declared_wrongly(use_case: UseCase) -> Iterator[str]:
    """Where the declaration itself hands out what names somebody."""
    naming = marked(use_case, *NAMING).keys()
    groups = {name for group in use_case.context.groups for name in group}
    places = {
        "a key of context features": groups | {name for each in use_case.baselines for name in each.keys},
        "a slice": set(use_case.slices),
        "a feature of the model": set(use_case.feature_names),
        "a sensitive attribute to compare groups by": set(use_case.sensitive),
    }
    for place, names in places.items():
        for name in sorted(names & naming):
            yield f"{name} names somebody (it is marked so), and is {place}"
    for name in sorted(marked(use_case, "sensitive").keys() - set(use_case.sensitive)):
        yield f"{name} is marked sensitive; list it in `sensitive`, so that fairness is judged by it"
    for name, marks in sorted(_marks(use_case).items()):
        if len(marks) > 1 and name in naming:
            yield f"{name} is marked in one table, and not or otherwise in another"


def learnt_from(use_case: UseCase, columns: Columns, state: State, allowed: Collection[str] = ()) -> tuple[str, ...]:
    """The marked fields whose values change the model's inputs, other than those allowed: there should be none.

    `columns` are records with context (n,), n ≥ 2; each marked field is given to other rows, then taken away.
    """
    before = use_case.transform(columns, state)
    fields = {name: each for name, each in marked(use_case, *NAMING, "sensitive").items() if name in columns}
    return tuple(
        name
        for name, each in fields.items()
        if name not in allowed
        and any(
            not _same(before, use_case.transform({**columns, name: c}, state)) for c in _others(each, columns[name])
        )
    )


def _others(each: Field, column: np.ndarray) -> Iterator[np.ndarray]:
    yield np.roll(column, 1)
    yield each.column([None] * rows({"": column}))


def _same(first: np.ndarray, second: np.ndarray) -> bool:
    return bool(np.array_equal(first, second, equal_nan=True))


def _marks(use_case: UseCase) -> dict[str, set[str | None]]:
    found: dict[str, set[str | None]] = {}
    for schema in (use_case.schema, use_case.outcomes, *use_case.side_tables.values()):
        for each in schema.fields:
            found.setdefault(each.name, set()).add(each.mark)
    return found
