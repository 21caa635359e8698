"""The laws that every use case keeps. A law yields what is wrong, in plain words, and what to do about it.

`cumulet check NAME` runs them, and the tests run every law on every use case: a new one is tested by existing.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cumulet.contracts.manifests import canonical
from cumulet.core import context, marks
from cumulet.core.schema import Columns, moments, rows, select
from cumulet.core.specs import Latest
from cumulet.core.tasks import Binary, MultiClass
from cumulet.core.usecase import State
from cumulet.rehearsal import declarations
from cumulet.rehearsal.days import KNOWN, Rehearsal
from training import fitting, golden
from training.dataset import limited
from training.weighting import weights_of

ALONE = 25
"""Records that are transformed alone, to be compared with the batch."""
LOOKED_AT = 1_000
"""Records in which a sensitive field is changed, to see whether the matrix follows."""
FITTED = 5_000
"""Rows that candidates are fitted on: enough to see whether file and model agree."""
STRESS = 2_000
"""Rows on which a fitted model and its file are compared."""
REFUSED = 0.05
"""A larger share of refused rows says that schema and source do not belong together."""

TELLING = 100
"""Labelled rows from which on a feature that always goes along with the label is no chance."""

Law = Callable[[Rehearsal], Iterator[str]]


def rows_are_valid(of: Rehearsal) -> Iterator[str]:
    """The source's rows keep the schema, and no two records have the same id."""
    total = rows(of.records) + rows(of.labels) + len(of.refused)
    if len(of.refused) > REFUSED * total:
        yield (
            f"{len(of.refused)} of {total} rows are refused, the first: {of.refused[0]}. "
            "Widen the field's range in schema.py if the value is right, else mend the source."
        )
    ids = of.records["id"].tolist()
    if None in ids or len(set(ids)) < len(ids):
        yield "Records lack an id or share one: outcomes find their record by it. Make it unique in source.py."


def the_example_is_valid(of: Rehearsal) -> Iterator[str]:
    """The example is a valid request."""
    for problem in of.use_case.schema.check(of.use_case.example):
        yield f"example: {problem}. Mend `example` in __init__.py; the API's page shows it."


def labels_are_the_tasks(of: Rehearsal) -> Iterator[str]:
    """Labels are what the task predicts, enough of them are known, and not all of them are alike."""
    task, y = of.use_case.task, of.labelled.y
    if not len(y):
        yield "No label is known: do outcomes name their records by id, and does `label.of` give a number?"
        return
    allowed = {0.0, 1.0} if isinstance(task, Binary) else set(map(float, range(len(getattr(task, "classes", ())))))
    strange = sorted(set(np.unique(y).tolist()) - allowed) if isinstance(task, Binary | MultiClass) else []
    if strange:
        yield f"Labels have the values {strange[:5]}; {task.kind} wants {sorted(allowed)}. Mend `label.of`."
    elif why := task.unlearnable(y):
        yield f"The {len(y)} labels of these days {why}: check `label.of`, or give more days (--days)."


def the_matrix_has_its_shape(of: Rehearsal) -> Iterator[str]:
    """The transform gives float32 of shape (n, features), without infinities."""
    matrix, names = _matrix(of), of.use_case.feature_names
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
    state = _state(of)
    kept = copy.deepcopy(state)
    first, second = use_case.transform(columns, state), use_case.transform(columns, state)
    changed = [name for name in of.columns if name not in columns or not _same(columns[name], of.columns[name])]
    if changed or columns.keys() - of.columns.keys():
        yield f"transform changes its columns ({', '.join(changed) or 'it adds some'}): work on copies."
    if canonical(kept) != canonical(state):
        yield "transform changes its state: it may only read it."
    if not _same(first, second):
        yield "transform gives another matrix the second time: nothing in it may be random or read a clock."
    if canonical(use_case.fit_state(labelled.columns, labelled.y)) != canonical(state):
        yield "fit_state learns another state from the same rows: nothing in it may be random or depend on set order."


def a_record_is_a_batch_of_one(of: Rehearsal) -> Iterator[str]:
    """A record alone gets the features that it gets among others, in whatever order they come."""
    use_case, state = of.use_case, _state(of)
    matrix, n = _matrix(of), rows(of.columns)
    for row in np.unique(np.linspace(0, n - 1, min(ALONE, n)).astype(int)).tolist():
        alone = use_case.transform(select(of.columns, slice(row, row + 1)), state)
        if not _same(alone, matrix[row : row + 1]):
            yield (
                f"Record {of.columns['id'][row]} alone gets another {_differing(of, alone[0], matrix[row])} than in "
                "its batch: a feature may look at its own row and at the state only. What needs other records is a "
                "context feature."
            )
            return
    turned = use_case.transform(select(of.columns, np.arange(n)[::-1]), state)
    if not _same(turned[::-1], matrix):
        yield "The order of the records changes their features: the API gives no order."
    if use_case.transform(select(of.columns, slice(0, 0)), state).shape != (0, matrix.shape[1]):
        yield "No record at all breaks the transform: a day may be empty, so give a matrix of shape (0, features)."


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
    use_case, matrix = of.use_case, _matrix(of)
    others = np.array([f"another-{n}" for n in range(rows(of.columns))], object)
    elsewhere = use_case.transform({**of.columns, "id": others}, _state(of))
    if not _same(elsewhere, matrix):
        row = int(np.flatnonzero((np.nan_to_num(elsewhere) != np.nan_to_num(matrix)).any(axis=1))[0])
        yield (
            f"{_differing(of, elsewhere[row], matrix[row])} changes with the id of a record: what is looked up by an "
            "id is not there yet when the record is forecast. Take it out of transform."
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


def sensitive_inputs_are_declared(of: Rehearsal) -> Iterator[str]:
    """No model learns from what names somebody, and from what is sensitive only where the use case says so."""
    some = select(of.columns, slice(0, LOOKED_AT))
    for problem in (*marks.declared_wrongly(of.use_case), *marks.learnt_wrongly(of.use_case, some, _state(of))):
        yield f"{problem}."


def unseen_and_missing_values_are_taken(of: Rehearsal) -> Iterator[str]:
    """Codes that training never saw and values that are missing give features too."""
    columns, state = golden.odd(of.use_case, of.columns), _state(of)
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
    if not _same(of.use_case.transform(of.columns, again), of.use_case.transform(of.columns, state)):
        yield "The state read back from JSON gives other features: keys of objects must be text (1 becomes '1')."


def the_model_file_is_the_model(of: Rehearsal) -> Iterator[str]:
    """Every candidate can be fitted, and its ONNX file says what the fitted model says, odd records included."""
    use_case, state = of.use_case, _state(of)
    labelled = limited(of.labelled, FITTED, 0)
    matrix = use_case.transform(labelled.columns, state)
    odd = use_case.transform(golden.odd(use_case, labelled.columns), state)
    weights = weights_of(use_case, labelled)
    for candidate in use_case.candidates:
        model = fitting.fit_candidate(candidate, matrix, labelled.y, weights)
        both = np.vstack([part[:STRESS] for part in (matrix, odd)])
        parity = fitting.parity(model, fitting.to_onnx(model, matrix.shape[1]), both) / use_case.task.scale(labelled.y)
        if not parity <= use_case.gates.max_parity:
            yield (
                f"{candidate.name}: the ONNX file is off by {parity:.1e} (at most {use_case.gates.max_parity:.0e}): "
                "give float32 features that do not lie on the split points (round them), and no scaler."
            )


LAWS: tuple[Law, ...] = (
    declarations.the_settings_agree,
    declarations.what_is_declared_is_there,
    declarations.serving_has_what_it_imports,
    declarations.a_day_is_handed_over_alike,
    rows_are_valid,
    the_example_is_valid,
    labels_are_the_tasks,
    the_matrix_has_its_shape,
    the_transform_is_pure,
    a_record_is_a_batch_of_one,
    the_future_is_not_seen,
    outcomes_are_not_looked_up,
    sensitive_inputs_are_declared,
    unseen_and_missing_values_are_taken,
    the_state_survives_json,
    the_model_file_is_the_model,
)


def name_of(law: Law) -> str:
    """A law's name in words.

    >>> name_of(the_transform_is_pure)
    'the transform is pure'
    """
    return law.__name__.replace("_", " ")


def broken(law: Law, of: Rehearsal) -> list[str]:
    """What is wrong by a law; a plug-in that raises breaks the law too."""
    try:
        return list(law(replace(of, columns=dict(of.columns))))
    except Exception as error:  # whatever a plug-in raises is what it did wrong
        return [f"it could not be checked: {type(error).__name__}: {error}"]


def use_case_times(of: Rehearsal, table: str) -> set[str]:
    """The columns that say when a row of a side table was observed."""
    return {spec.time for spec in of.use_case.context.features if isinstance(spec, Latest) and spec.table == table}


def _state(of: Rehearsal) -> State:
    labelled = of.labelled
    return of.use_case.fit_state(labelled.columns, labelled.y)


def _matrix(of: Rehearsal) -> NDArray[np.float32]:
    return of.use_case.transform(of.columns, _state(of))


def _same(one: NDArray[np.generic], other: NDArray[np.generic]) -> bool:
    if one.dtype != other.dtype:
        return False
    if one.dtype == object:
        return bool(one.tolist() == other.tolist())
    return bool(np.array_equal(one, other, equal_nan=one.dtype.kind in "fM"))


def _tells(column: NDArray[np.float32], target: NDArray[np.float64]) -> bool:
    """Whether a feature goes along with the label in every row."""
    if np.isnan(column).any() or np.ptp(column) == 0 or np.ptp(target) == 0:
        return False
    return bool(abs(np.corrcoef(column.astype(np.float64), target)[0, 1]) > 1 - 1e-6)


def _differing(of: Rehearsal, one: NDArray[np.float32], other: NDArray[np.float32]) -> str:
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    found = (name for name, equal in zip(of.use_case.feature_names, same, strict=True) if not equal)
    return next(found, "feature")


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
