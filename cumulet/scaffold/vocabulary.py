"""What the templates of a use case speak of."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from cumulet.core.fields import Field
from cumulet.scaffold.plan import RECEIVED, Plan, inputs
from cumulet.scaffold.proposal import Proposal
from cumulet.scaffold.source_text import event_time_field, field_of, python, python_field
from cumulet.sources.prepared import DAY

TASKS = {"binary": "Binary", "multiclass": "MultiClass", "regression": "Regression"}
GAPS = {"binary": 0.06, "multiclass": 0.1, "regression": 0.15}
DEMO_NIGHTS = 20
HISTORY = 100
"""Days that a demo learns from, where there are so many: it judges four folds of 14 days, fitted on what is before."""
NOBODY = "nobody-0"
"""Whom the example names: it is shown to everybody who reads the API's page."""
GROUPS, MOST_GROUPS = 3, 200
"""So many categories get a rate of their last nights; of those with at most so many distinct values."""


def vocabulary(plan: Plan, data: pa.Table) -> dict[str, Any]:
    """What the templates speak of."""
    proposal, label = plan.proposal, plan.proposal.label
    days = data[DAY].to_numpy()
    first, last = days.min().item(), days.max().item()
    night = first_night(first, last)
    categories = proposal.of("category")
    grouping = tuple(sorted((c for c in categories if c.distinct <= MOST_GROUPS), key=lambda c: -c.distinct))[:GROUPS]
    event_time = proposal.time.field if proposal.time else RECEIVED
    identifiers = proposal.of("identifier")
    fields = [field_of(c, is_identifier=c in identifiers) for c in inputs(proposal)] + [event_time_field(proposal)]
    kept = () if proposal.task == "multiclass" else tuple(c.field for c in grouping)
    task = _task(proposal)
    return {
        "name": plan.name,
        "title": plan.title,
        "description": f"Forecast at 03:00 UTC for the rows of the day: {_means(proposal)}.",
        "file": plan.file,
        "rows": len(data),
        "columns": proposal.columns,
        "proposal": proposal,
        "task_name": proposal.task,
        "task": task,
        "task_imports": "Binary, CostMatrix" if proposal.task == "binary" else TASKS[proposal.task],
        "algorithm": f"HistGradientBoosting{'Regressor' if proposal.task == 'regression' else 'Classifier'}",
        "classes": proposal.classes,
        "label": label,
        "label_means": _means(proposal),
        "label_field": python_field(field_of(label, is_label=True)),
        "fields": [python_field(field) for field in fields],
        "kept": kept,
        "kept_fields": [python_field(field_of(c)) for c in grouping] if kept else [],
        "known_after": plan.known_after,
        "numbers": tuple(c.field for c in proposal.of("number")),
        "categories": tuple(c.field for c in categories),
        "moments": tuple(c.field for c in proposal.of("moment", "time")),
        "rates": _rates(kept) if proposal.task != "multiclass" else [],
        "grouping": grouping,
        "slices": tuple(c.field for c in grouping),
        "sensitive": tuple(c.field for c in proposal.of("sensitive")),
        "identifiers": tuple(c.field for c in identifiers),
        "min_slice_rows": max(30, len(data) // 50),
        "event_time": event_time,
        "example": _example(fields, data),
        "first_day": first,
        "last_day": last,
        "first_night": night,
        "nights": min(DEMO_NIGHTS, max((last - night).days, 1)),
        "gap": GAPS[proposal.task],
        "quarantined": max(5, len(data) // max((last - first).days + 1, 1) // 10),
        "costs": "Mistakes are taken to cost alike.",
    }  # fmt: skip


def first_night(first: date, last: date) -> date:
    """The first night of the demo: half-way, or later where half is too little to learn from."""
    days = (last - first).days
    return first + timedelta(days=max(days // 2, min(HISTORY, days - DEMO_NIGHTS), 1))


def _task(proposal: Proposal) -> str:
    if proposal.task == "binary":
        return "Binary(cost=CostMatrix(miss=1, false_alarm=1))"
    if proposal.task == "multiclass":
        return f"MultiClass(classes={python(proposal.classes)})"
    return f"Regression(unit={python(proposal.label.field)})"


def _means(proposal: Proposal) -> str:
    name = proposal.label.name
    if proposal.task == "binary":
        return f"whether {name} is {proposal.classes[1]}"
    return f"which {name}" if proposal.task == "multiclass" else f"how much {name}"


def _rates(kept: tuple[str, ...]) -> list[str]:
    groups = [("recent", ())] + [(f"recent_{name}", (name,)) for name in kept]
    return [f'Rate("{name}", {python(group)}, (7, 28), strength=20)' for name, group in groups]


def _example(fields: list[Field], data: pa.Table) -> dict[str, Any]:
    """The first row as a request; whoever it names is made up."""
    row = {field.name: field.column(_plain(field, data[field.name].to_pylist()[:1])) for field in fields}
    found = {f.name: value for f in fields for value in f.values(row[f.name]) if value is not None}
    return found | {field.name: NOBODY for field in fields if field.mark == "identifier"}


def _plain(field: Field, values: list[Any]) -> list[Any]:
    if field.kind in ("date", "datetime", "timestamp"):
        return [None if value is None else str(np.datetime64(_utc(value))) for value in values]
    return values


def _utc(value: Any) -> Any:
    """A moment with a zone as one without, in UTC."""
    return value.astimezone(UTC).replace(tzinfo=None) if getattr(value, "tzinfo", None) else value
