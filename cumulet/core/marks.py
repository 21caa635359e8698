"""What the marks of a use case's fields forbid, as laws: each gives what breaks it, and every use case is held to them.

identifier, personal, free text   never an input of the model, a key of context features, a slice or a published column
sensitive                         kept to judge fairness by; an input of the model only where `sensitive_inputs` says so
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cumulet.core.schema import Columns, Field, Mark, rows
from cumulet.core.usecase import State, UseCase

NAMING: tuple[Mark, ...] = ("identifier", "personal", "free text")
REMEDY = "take it out, or list it in `sensitive_inputs` and say in README.md why the model may learn from it"


def marked(use_case: UseCase, *marks: Mark) -> dict[str, Field]:
    """The fields of all tables of a use case that have one of these marks, by name."""
    schemas = (use_case.schema, use_case.outcomes, *use_case.side_tables.values())
    return {each.name: each for schema in schemas for each in schema.fields if each.mark in marks}


def sensitive(use_case: UseCase) -> set[str]:
    """The names of the attributes that must not decide unless the use case says so: marked, or listed."""
    return marked(use_case, "sensitive").keys() | set(use_case.sensitive)


def observed(use_case: UseCase) -> tuple[str, ...]:
    """The fields of the records that sketches and reports may count values of: those that name nobody."""
    naming = use_case.schema.marked(*NAMING)
    return tuple(name for name in use_case.schema.names if name != "id" and name not in naming)


def declared_wrongly(use_case: UseCase) -> Iterator[str]:
    """Where the declaration itself hands out what names somebody."""
    naming = marked(use_case, *NAMING).keys()
    groups = _context_keys(use_case)
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
    for name in sorted((groups & sensitive(use_case)) - set(use_case.sensitive_inputs)):
        yield f"{name} is sensitive, and a key of context features, by which the model learns from it; {REMEDY}"
    for name in sorted(set(use_case.sensitive_inputs) - set(use_case.sensitive)):
        yield f"{name} is listed in `sensitive_inputs` alone; list it in `sensitive` too, to judge fairness by it"
    for name, marks in sorted(_marks(use_case).items()):
        if len(marks) > 1 and name in naming:
            yield f"{name} is marked in one table, and not or otherwise in another"


def reaching_the_matrix(use_case: UseCase, columns: Columns, state: State) -> tuple[str, ...]:
    """The fields that name somebody or are sensitive, and whose values change the model's inputs.

    `columns` are records with context (n,), n ≥ 2; each such field is given to other rows, then taken away.
    """
    before = use_case.transform(columns, state)
    watched = marked(use_case, *NAMING).keys() | sensitive(use_case)
    return tuple(
        each.name
        for each in use_case.schema.fields
        if each.name in watched
        and any(
            not _same(before, use_case.transform({**columns, each.name: other}, state))
            for other in _others(each, columns[each.name])
        )
    )


def learnt_wrongly(use_case: UseCase, columns: Columns, state: State) -> Iterator[str]:
    """Where the model's inputs and the declaration of the sensitive ones part; `columns` as above."""
    reaching = set(reaching_the_matrix(use_case, columns, state))
    declared = set(use_case.sensitive_inputs)
    for name in sorted(reaching - declared):
        if name in sensitive(use_case):
            yield f"{name} is sensitive and reaches the model's matrix; {REMEDY}"
        else:
            yield f"{name} names somebody (it is marked so) and reaches the model's matrix; take it out of transform.py"
    for name in sorted(declared - reaching - _context_keys(use_case)):
        yield f"{name} is listed in `sensitive_inputs`, but no input of the model; take it out of the list"


def _others(each: Field, column: np.ndarray) -> Iterator[np.ndarray]:
    yield np.roll(column, 1)
    yield each.column([None] * rows({"": column}))


def _same(first: np.ndarray, second: np.ndarray) -> bool:
    return bool(np.array_equal(first, second, equal_nan=True))


def _context_keys(use_case: UseCase) -> set[str]:
    return {name for group in use_case.context.groups for name in group}


def _marks(use_case: UseCase) -> dict[str, set[str | None]]:
    found: dict[str, set[str | None]] = {}
    for schema in (use_case.schema, use_case.outcomes, *use_case.side_tables.values()):
        for each in schema.fields:
            found.setdefault(each.name, set()).add(each.mark)
    return found
