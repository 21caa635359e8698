"""The tables of a use case as a page for people, derived from its schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cumulet.core.fields import FORMS, Field
from cumulet.core.schema import Schema
from cumulet.core.usecase import UseCase


def tables(use_case: UseCase) -> dict[str, Any]:
    """Every raw table: its key and its fields with what a valid value is."""
    return {
        name: {"key": list(schema.key), "fields": [_field(each) for each in schema.fields]}
        for name, schema in _schemas(use_case).items()
    }


def markdown(use_case: UseCase) -> str:
    """The page."""
    parts = [
        f"# {use_case.title}: the data\n",
        f"Written by `cumulet data schema {use_case.name}` from `usecases/{use_case.name}/schema.py`; do not edit. "
        "A row that breaks its table is quarantined with the field, the value and the remedy; the rest goes on.\n",
    ]
    for name, schema in _schemas(use_case).items():
        parts.append(f"## {name}\n\nNo two rows share their {', '.join(f'`{key}`' for key in schema.key)}.\n")
        parts.append("| field | kind | meaning | valid | may be missing |\n|---|---|---|---|---|")
        parts += [_row(_field(each)) for each in schema.fields]
        parts.append("")
    parts.append("## What is expected of a day\n\n| expectation | of | limits | when broken |\n|---|---|---|---|")
    parts += [_expectation(each) for each in use_case.expected()]
    return "\n".join(parts) + "\n"


def _schemas(use_case: UseCase) -> Mapping[str, Schema]:
    return {"records": use_case.schema, "outcomes": use_case.outcomes, **use_case.side_tables}


def _field(each: Field) -> dict[str, Any]:
    return {
        "name": each.name,
        "kind": each.kind,
        "description": each.description,
        "valid": _valid(each),
        "nullable": each.nullable,
    }


def _valid(each: Field) -> str:
    unit = f" {each.unit}" if each.unit else ""
    if each.categories:
        return "one of " + ", ".join(each.categories)
    if each.pattern:
        return f"matches {each.pattern}"
    if each.kind in FORMS:
        return FORMS[each.kind][1]
    if each.minimum is None and each.maximum is None:
        return "any" + unit
    low, high = (("…" if end is None else f"{end:g}") for end in (each.minimum, each.maximum))
    return f"{low} to {high}{unit}"


def _row(each: Mapping[str, Any]) -> str:
    valid = str(each["valid"]).replace("|", "\\|")
    return (
        f"| `{each['name']}` | {each['kind']} | {each['description']} | {valid} | {'yes' if each['nullable'] else ''} |"
    )


def _expectation(each: Any) -> str:
    values = {name: value for name, value in vars(each).items() if name not in ("table", "tables", "stops")}
    of = getattr(each, "table", None) or ", ".join(each.tables)
    limits = ", ".join(f"{n} {', '.join(v) if isinstance(v, tuple) else v}" for n, v in values.items())
    return f"| {type(each).__name__} | {of} | {limits} | {'the day is set aside' if each.stops else 'a warning'} |"
