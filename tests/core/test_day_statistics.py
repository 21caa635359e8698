"""What a day's manifest remembers of its tables."""

from __future__ import annotations

import numpy as np

from cumulet.core.day_statistics import TableStatistics
from cumulet.core.fields import Field
from cumulet.core.schema import Schema

SCHEMA = Schema(
    "people",
    (
        Field("id", "string", "names the row"),
        Field("who", "string", "names somebody", mark="identifier"),
        Field("note", "string", "what they said", mark="free text"),
        Field("town", "string", "where"),
    ),
    ("id",),
)


def test_values_that_name_somebody_are_not_kept_however_few_they_are() -> None:
    columns = {name: np.array([f"{name}-1", f"{name}-2"], object) for name in SCHEMA.names}
    found = TableStatistics.of(SCHEMA, columns, came={"rows": 2, "quarantined": 0, "duplicates": 0}, digests=())
    assert {name: column.counts for name, column in found.columns.items()} == {
        "id": None,
        "who": None,
        "note": None,
        "town": {"town-1": 1, "town-2": 1},
    }
    assert TableStatistics.from_json(found.to_json()) == found
