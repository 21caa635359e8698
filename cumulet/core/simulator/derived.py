"""Shifts that fit any use case, derived from what it declares; as TOML, like those that a use case brings itself."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from cumulet.core.fields import Field
from cumulet.core.simulator.editing import result_fields
from cumulet.core.simulator.knobs import RECORDS
from cumulet.core.tasks import MultiClass, Regression
from cumulet.core.usecase import UseCase

FORTNIGHT, WEEK = timedelta(days=14), timedelta(days=6)
NUMBERS = ("integer", "number")


def derived(use_case: UseCase, start: date) -> dict[str, str]:
    """TOML by name: of each kind of drift, of late labels and of broken days the one that this use case can have."""
    sudden, gradual = f"{{ start = {start} }}", f'{{ shape = "gradual", start = {start}, end = {start + FORTNIGHT} }}'
    late = _knob(sudden, kind="late", mean_days=3, max_days=7, share=0.6)
    found = {
        "broken_week": _broken_week(use_case, start),
        "concept_drift": _concept(use_case, sudden),
        "late_labels": _shift("Six labels of ten come some nights late", late),
    }
    if not isinstance(use_case.task, Regression):
        found["label_drift"] = _labels(use_case, sudden)
    if tilted := [*_numbers(use_case.schema.fields), *use_case.watched]:
        title = f"Within a fortnight records turn to those with a high {tilted[0]}: covariate drift"
        found["covariate_drift"] = _shift(title, _knob(gradual, kind="tilt", column=tilted[0], strength=1.0))
    if measured := _measured(use_case):
        table, column = measured[0]
        title = f"Half of the rows have another unit in {column}: covariate drift by mistake"
        knob = _knob(sudden, kind="scale", table=table, column=column, factor=1.609344, share=0.5)
        found["wrong_unit"] = _shift(title, knob)
    return dict(sorted(found.items()))


def _broken_week(use_case: UseCase, start: date) -> str:
    own = next(f.name for f in use_case.schema.fields if f.name not in ("id", use_case.event_time))
    when = f"{{ start = {start}, end = {start + WEEK} }}"
    ways: tuple[dict[str, Any], ...] = (
        {"how": "missing"},
        {"how": "doubled"},
        {"how": "nulls", "columns": [own], "share": 0.4},
        {"how": "truncated", "share": 0.3},
    )
    knobs = [_knob(when, kind="broken", **way, days=[start + timedelta(days=n)]) for n, way in enumerate(ways, start=2)]
    return _shift(f"A week with a missing day, a file twice, {own} empty, a file cut short", *knobs)


def _labels(use_case: UseCase, when: str) -> str:
    task, label = use_case.task, use_case.label
    value, name = (len(task.classes) - 1, task.classes[-1]) if isinstance(task, MultiClass) else (1, label.name)
    return _shift(f"The odds of {name!r} are doubled: label drift", _knob(when, kind="prior", odds=2.0, value=value))


def _concept(use_case: UseCase, when: str) -> str:
    """Numbers half as large again; else the outcomes of others."""
    if not isinstance(use_case.task, Regression):
        title = "Three records of ten end as one with another label: concept drift"
        return _shift(title, _knob(when, kind="concept", flip=0.3))
    results = result_fields(use_case.schema, use_case.outcomes)
    names = [n for n in _numbers(use_case.outcomes.fields) if n in results and n not in use_case.label.keep]
    knobs = [_knob(when, kind="concept", column=name, factor=1.5) for name in names]
    return _shift(f"Half as much again of {' and '.join(names)}, for no reason in the records: concept drift", *knobs)


def _measured(use_case: UseCase) -> list[tuple[str, str]]:
    """Table and column of numbers that have a unit, else of any number, of the records first."""
    tables = {RECORDS: use_case.schema, **use_case.side_tables}
    pairs = [(table, field) for table, schema in tables.items() for field in schema.fields if field.kind in NUMBERS]
    return [(table, field.name) for table, field in sorted(pairs, key=lambda pair: not pair[1].unit)]


def _numbers(fields: tuple[Field, ...]) -> list[str]:
    """Numbers, those with a unit first: others may be codes."""
    return [f.name for f in sorted(fields, key=lambda field: not field.unit) if f.kind in NUMBERS]


def _shift(title: str, *knobs: str) -> str:
    return f"title = {json.dumps(title, ensure_ascii=False)}\nseed = 7\n\n" + "\n\n".join(knobs) + "\n"


def _knob(when: str, **settings: Any) -> str:
    lines = [f"{name} = {_value(value)}" for name, value in settings.items()]
    return "\n".join(["[[knob]]", *lines, f"when = {when}"])


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return str(value) if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
