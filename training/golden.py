"""Golden records: a few records, ordinary and odd, with the predictions that whoever loads the model must repeat."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.core.context import context_records, with_context
from cumulet.core.fields import Field
from cumulet.core.schema import Columns, select
from cumulet.core.usecase import UseCase

STRANGE = ("ZZ", "ZZZ", "ZZZZ", "Z9", "Z99", "zz", "unseen")
"""Texts to try as an unseen code; one that the schema refuses or training has seen is not used."""


def odd(use_case: UseCase, columns: Columns, seed: int = 7) -> Columns:
    """The records as the world may send them: a third of the nullable and context values missing, of codes unseen.

    `columns` have context; every changed record is still valid by the schema.
    """
    rng = np.random.default_rng(seed)
    changed = dict(columns)
    for field in use_case.schema.fields:
        if field.name in ("id", *use_case.schema.key) and field.kind != "string":
            continue
        picked = rng.random(len(columns[field.name])) < 1 / 3
        if field.nullable:
            changed[field.name] = _missing(columns[field.name], picked)
        elif field.kind == "string" and (code := _unseen(field, columns[field.name])):
            changed[field.name] = np.where(picked, code, columns[field.name]).astype(object)
    for name in use_case.context.names:
        changed[name] = _missing(columns[name], rng.random(len(columns[name])) < 1 / 3)
    return changed


def _missing(column: NDArray[Any], picked: NDArray[np.bool_]) -> NDArray[Any]:
    nothing = None if column.dtype == object else np.array("NaT" if column.dtype.kind == "M" else "nan", column.dtype)
    changed = column.copy()
    changed[picked] = nothing
    return changed


def _unseen(field: Field, column: NDArray[Any]) -> str:
    seen = set(column.tolist())
    return next((code for code in STRANGE if code not in seen and field.check(code) is None), "")


def records(use_case: UseCase, columns: Columns, *, ordinary: int = 12, strange: int = 8) -> list[dict[str, Any]]:
    """Records with context, as JSON, spread evenly over the rows: ordinary ones first, then odd ones."""
    total = len(columns[use_case.schema.names[0]])
    first = select(columns, np.linspace(0, total - 1, min(ordinary, total)).astype(int))
    second = select(odd(use_case, columns), np.linspace(0, total - 1, min(strange, total)).astype(int))
    return [*context_records(use_case, first), *context_records(use_case, second)]


def predicted(use_case: UseCase, found: list[dict[str, Any]], predict: Any) -> list[dict[str, Any]]:
    """GoldenRecord as JSON: each record with `predict(columns)`, which gives forecasts (n,) or (n, k)."""
    predictions = predict(with_context(use_case, found)).tolist()
    return [{"record": r, "prediction": p} for r, p in zip(found, predictions, strict=True)]
