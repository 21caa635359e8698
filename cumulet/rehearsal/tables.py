"""Laws about what a source hands over: rows that keep the schema, labels that are the task's."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cumulet.core.schema import rows
from cumulet.core.tasks import Binary, MultiClass
from cumulet.rehearsal.days import Rehearsal

REFUSED = 0.05
"""A larger share of refused rows says that schema and source do not belong together."""


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
