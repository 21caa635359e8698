"""Fields and values as Python source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from cumulet.core.fields import Field
from cumulet.scaffold.plan import RECEIVED
from cumulet.scaffold.profile import Column
from cumulet.scaffold.proposal import Proposal


def field_of(column: Column, *, is_label: bool = False, is_identifier: bool = False) -> Field:
    """The field of a column: nullable where something is missing, ranges widened by what was seen."""
    minimum = maximum = None
    if column.is_number and column.minimum is not None:
        span = max(column.maximum - column.minimum, abs(column.maximum), 1)
        minimum = 0 if column.minimum >= 0 else _rounded(column.minimum - span)
        maximum = _rounded(column.maximum + 10 * span)
    return Field(
        column.field,
        column.kind,
        column.name.replace('"', "'"),
        nullable=is_label or column.missing > 0,
        minimum=minimum,
        maximum=maximum,
        mark="identifier" if is_identifier else None,
    )


def event_time_field(proposal: Proposal) -> Field:
    """The field that says to which day a row belongs."""
    if proposal.time is not None:
        return Field(proposal.time.field, proposal.time.kind, f"{proposal.time.name}: the day to which a row belongs")
    return Field(RECEIVED, "date", "the day on which the row came; it may be left out", nullable=True)


def _rounded(value: float) -> float:
    """Two digits, away from zero."""
    if not value:
        return 0
    step = 10.0 ** (np.floor(np.log10(abs(value))) - 1)
    return float(np.sign(value) * np.ceil(abs(value) / step) * step)


def python_field(field: Field) -> str:
    """A field as Python source."""
    given = [python(field.name), python(field.kind), python(field.description)]
    given += ["nullable=True"] if field.nullable else []
    limits = (("minimum", field.minimum), ("maximum", field.maximum))
    given += [f"{name}={value:.10g}" for name, value in limits if value is not None]
    given += [f"mark={python(field.mark)}"] if field.mark else []
    return f"Field({', '.join(given)})"


def python(value: Any) -> str:
    """A value as Python source, texts in double quotes."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, tuple):
        return f"({', '.join(map(python, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{python(k)}: {python(v)}" for k, v in value.items()) + "}"
    return repr(value)
