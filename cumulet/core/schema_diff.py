"""Schemas of two datasets compared, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cumulet.core.schema import Columns

Fields = Sequence[Mapping[str, Any]]
"""The fields of a schema as JSON."""


@dataclass(frozen=True, kw_only=True)
class SchemaChange:
    """One thing that a field says differently: `what` is its property, or "field" when it came or went."""

    field: str
    what: str
    before: Any
    after: Any


def schema_changes(before: Fields, after: Fields) -> list[SchemaChange]:
    """Field by field what two schemas (their `fields` as JSON) say differently; in the order of the fields."""
    old, new = ({field["name"]: field for field in fields} for fields in (before, after))
    found: list[SchemaChange] = []
    for name in dict.fromkeys([*old, *new]):
        if name not in old or name not in new:
            found.append(
                SchemaChange(field=name, what="field", before=_kind(old.get(name)), after=_kind(new.get(name)))
            )
            continue
        said = dict.fromkeys([*old[name], *new[name]])
        values = ((what, old[name].get(what), new[name].get(what)) for what in said)
        found += [SchemaChange(field=name, what=what, before=a, after=b) for what, a, b in values if a != b]
    return found


def fields_of(columns: Columns, known: Fields) -> list[Mapping[str, Any]]:
    """The known fields, and the other columns of the table as fields of which there is but name and type."""
    names = {field["name"] for field in known}
    others = ({"name": name, "kind": column.dtype.name} for name, column in columns.items() if name not in names)
    return [*known, *others]


def _kind(field: Mapping[str, Any] | None) -> str | None:
    return None if field is None else str(field["kind"])
