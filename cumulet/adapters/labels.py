"""Labels by the night they became known: what a night may look back on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from cumulet.adapters import parquet
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.core.schema import Columns, concatenate, rows


def read_labels(lake: Lake, use_case: str, wanted: Sequence[date]) -> Columns:
    """The label rows of those nights that are there, with their night in `known` (datetime64[D]).

    No column at all when none of the nights is there.
    """
    found = lake.kept.find_many([keys.labels(use_case, night) for night in wanted], parquet.decode)
    parts = []
    for night, columns in zip(wanted, found, strict=True):
        if columns is not None:
            parts.append({**columns, "known": np.full(rows(columns), np.datetime64(night, "D"))})
    return concatenate(parts)
