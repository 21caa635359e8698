"""Laws about the transform: its matrix follows from each record alone, whatever the world sends."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator

import numpy as np

from cumulet.contracts.manifests import canonical
from cumulet.core import marks
from cumulet.core.schema import rows, select
from cumulet.rehearsal import matrices
from cumulet.rehearsal.days import Rehearsal
from training import golden

ALONE = 25
"""Records that are transformed alone, to be compared with the batch."""
LOOKED_AT = 1_000
"""Records in which a sensitive field is changed, to see whether the matrix follows."""


def the_matrix_has_its_shape(of: Rehearsal) -> Iterator[str]:
    """The transform gives float32 of shape (n, features), without infinities."""
    matrix, names = matrices.matrix(of), of.use_case.feature_names
    expected = (rows(of.columns), len(names))
    if not isinstance(matrix, np.ndarray) or matrix.dtype != np.float32 or matrix.shape != expected:
        found = f"{matrix.dtype} of shape {matrix.shape}" if isinstance(matrix, np.ndarray) else type(matrix).__name__
        yield f"transform gives {found}, expected float32 of shape {expected}: one column per name in feature_names."
        return
    infinite = [name for name, column in zip(names, matrix.T, strict=True) if np.isinf(column).any()]
    if infinite:
        yield f"transform gives infinities in {', '.join(infinite)}: guard the division, or give NaN for missing."


def the_transform_is_pure(of: Rehearsal) -> Iterator[str]:
    """The transform leaves its input as it is, and gives the same for the same; so does fit_state."""
    use_case, labelled = of.use_case, of.labelled
    columns = copy.deepcopy(of.columns)
    state = matrices.state(of)
    kept = copy.deepcopy(state)
    first, second = use_case.transform(columns, state), use_case.transform(columns, state)
    changed = [name for name in of.columns if name not in columns or not matrices.same(columns[name], of.columns[name])]
    if changed or columns.keys() - of.columns.keys():
        yield f"transform changes its columns ({', '.join(changed) or 'it adds some'}): work on copies."
    if canonical(kept) != canonical(state):
        yield "transform changes its state: it may only read it."
    if not matrices.same(first, second):
        yield "transform gives another matrix the second time: nothing in it may be random or read a clock."
    if canonical(use_case.fit_state(labelled.columns, labelled.y)) != canonical(state):
        yield "fit_state learns another state from the same rows: nothing in it may be random or depend on set order."


def a_record_is_a_batch_of_one(of: Rehearsal) -> Iterator[str]:
    """A record alone gets the features that it gets among others, in whatever order they come."""
    use_case, state = of.use_case, matrices.state(of)
    matrix, n = matrices.matrix(of), rows(of.columns)
    for row in np.unique(np.linspace(0, n - 1, min(ALONE, n)).astype(int)).tolist():
        alone = use_case.transform(select(of.columns, slice(row, row + 1)), state)
        if not matrices.same(alone, matrix[row : row + 1]):
            yield (
                f"Record {of.columns['id'][row]} alone gets another {matrices.differing(of, alone[0], matrix[row])} "
                "than in its batch: a feature may look at its own row and at the state only. What needs other records "
                "is a context feature."
            )
            return
    turned = use_case.transform(select(of.columns, np.arange(n)[::-1]), state)
    if not matrices.same(turned[::-1], matrix):
        yield "The order of the records changes their features: the API gives no order."
    if use_case.transform(select(of.columns, slice(0, 0)), state).shape != (0, matrix.shape[1]):
        yield "No record at all breaks the transform: a day may be empty, so give a matrix of shape (0, features)."


def sensitive_inputs_are_declared(of: Rehearsal) -> Iterator[str]:
    """No model learns from what names somebody, and from what is sensitive only where the use case says so."""
    some = select(of.columns, slice(0, LOOKED_AT))
    for problem in (*marks.declared_wrongly(of.use_case), *marks.learnt_wrongly(of.use_case, some, matrices.state(of))):
        yield f"{problem}."


def unseen_and_missing_values_are_taken(of: Rehearsal) -> Iterator[str]:
    """Codes that training never saw and values that are missing give features too."""
    columns, state = golden.odd(of.use_case, of.columns), matrices.state(of)
    try:
        matrix = of.use_case.transform(columns, state)
    except Exception as error:  # whatever a plug-in raises is what it did wrong
        yield (
            f"transform raises {type(error).__name__}: {error} on unseen codes or missing values: the world sends "
            "both. Give an unseen code the overall value, and NaN for missing numbers."
        )
        return
    if matrix.shape != (rows(columns), len(of.use_case.feature_names)) or np.isinf(matrix).any():
        yield "Unseen codes or missing values change the matrix's shape or make infinities in it: NaN is for missing."


def the_state_survives_json(of: Rehearsal) -> Iterator[str]:
    """What the transform learnt is JSON: read back, it gives the same features."""
    labelled = of.labelled
    state = of.use_case.fit_state(labelled.columns, labelled.y)
    try:
        again = json.loads(canonical(state))
    except (TypeError, ValueError) as error:
        yield f"fit_state gives what JSON cannot hold ({error}): use text, numbers, lists and objects with text keys."
        return
    if not matrices.same(of.use_case.transform(of.columns, again), of.use_case.transform(of.columns, state)):
        yield "The state read back from JSON gives other features: keys of objects must be text (1 becomes '1')."
