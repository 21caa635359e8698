"""The laws that every use case keeps. A law yields what is wrong, in plain words, and what to do about it.

`cumulet check NAME` runs them, and the tests run every law on every use case: a new one is tested by existing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from cumulet.rehearsal import declarations, future, model_files, tables, transforms
from cumulet.rehearsal.days import Rehearsal

Law = Callable[[Rehearsal], Iterator[str]]

LAWS: tuple[Law, ...] = (
    declarations.the_settings_agree,
    declarations.what_is_declared_is_there,
    declarations.serving_has_what_it_imports,
    declarations.a_day_is_handed_over_alike,
    tables.rows_are_valid,
    tables.the_example_is_valid,
    tables.labels_are_the_tasks,
    transforms.the_matrix_has_its_shape,
    transforms.the_transform_is_pure,
    transforms.a_record_is_a_batch_of_one,
    future.the_future_is_not_seen,
    future.outcomes_are_not_looked_up,
    transforms.sensitive_inputs_are_declared,
    transforms.unseen_and_missing_values_are_taken,
    transforms.the_state_survives_json,
    model_files.the_model_file_is_the_model,
)


def name_of(law: Law) -> str:
    """A law's name in words.

    >>> name_of(transforms.the_transform_is_pure)
    'the transform is pure'
    """
    return law.__name__.replace("_", " ")


def broken(law: Law, of: Rehearsal) -> list[str]:
    """What is wrong by a law; a plug-in that raises breaks the law too."""
    try:
        return list(law(replace(of, columns=dict(of.columns))))
    except Exception as error:  # whatever a plug-in raises is what it did wrong
        return [f"it could not be checked: {type(error).__name__}: {error}"]
