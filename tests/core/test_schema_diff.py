"""Schemas compared field by field."""

from __future__ import annotations

from cumulet.core.schema_diff import schema_changes


def test_a_schema_is_compared_field_by_field():
    before = [{"name": "km", "kind": "number", "maximum": 10}, {"name": "old", "kind": "string"}]
    after = [{"name": "km", "kind": "integer", "maximum": 10}, {"name": "new", "kind": "date"}]
    changes = [(c.field, c.what, c.before, c.after) for c in schema_changes(before, after)]
    assert changes == [
        ("km", "kind", "number", "integer"),
        ("old", "field", "string", None),
        ("new", "field", None, "date"),
    ]
