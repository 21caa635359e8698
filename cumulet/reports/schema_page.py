"""The tables of a use case, derived from its schemas: a page for people, Glue's columns for Athena."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cumulet.core.fields import FORMS, Field
from cumulet.core.schema import Schema
from cumulet.core.usecase import UseCase

GLUE = {"string": "string", "date": "date", "datetime": "timestamp", "timestamp": "timestamp"}
"""Numbers are doubles: a missing one is null."""


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


def glue_columns(use_case: UseCase) -> dict[str, dict[str, str]]:
    """Columns and Glue types of the zones that are written by their schema alone: curated, side tables, labels."""
    kept = ("id", "date", *use_case.label.keep, "status")
    labels = {name: _glue(use_case.outcomes.field(name)) for name in kept}
    sides = {f"curated_{name}": _columns(schema) for name, schema in use_case.side_tables.items()}
    return {
        "curated": _columns(use_case.schema),
        **sides,
        "labels": {**labels, "label": "double", "known_at": "timestamp"},
    }


def glue_toml(use_case: UseCase) -> str:
    """The same as the tables of usecase.toml."""
    blocks = [
        f"[tables.{table}]\n" + "".join(f'{name} = "{kind}"\n' for name, kind in columns.items())
        for table, columns in glue_columns(use_case).items()
    ]
    return "\n".join(blocks)


def _schemas(use_case: UseCase) -> Mapping[str, Schema]:
    return {"records": use_case.schema, "outcomes": use_case.outcomes, **use_case.side_tables}


def _columns(schema: Schema) -> dict[str, str]:
    return {each.name: _glue(each) for each in schema.fields}


def _glue(each: Field) -> str:
    return GLUE.get(each.kind, "double")


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
