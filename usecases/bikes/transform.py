"""The one transform of the bikes use case: columns with context features in, a float32 matrix out.

Demand doubles within two years, and trees cannot say what they have not seen. So the matrix holds demand relative to
its own level of the last seven days, and that level is the exposure by which the model's forecast is multiplied.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cumulet.core.schema import Columns, rows
from usecases.bikes.context import CONTEXT
from usecases.bikes.schema import hour, weekday, workday

LEVEL = "rentals_7"
RELATIVE = tuple(name for name in CONTEXT.names if name.startswith("rentals") and name != LEVEL)
WEATHER = tuple(name for name in CONTEXT.names if name.startswith("weather"))
FEATURE_NAMES = ("hour", "weekday", "workday", *RELATIVE, *WEATHER, LEVEL)
EXPOSURE = FEATURE_NAMES.index(LEVEL)
"""The column of the matrix that holds the level; it is never missing and at least 1."""


GRID = 1024.0
"""Ratios are rounded to so many parts of 1: a tree's threshold between two of them is then exact in float32 as well."""


def fit_state(columns: Columns, y: np.ndarray) -> dict[str, Any]:
    """The mean of the labels `y` (n,), the level where none is known: before the first count."""
    return {"mean": float(np.nanmean(y))}


def transform(columns: Columns, state: dict[str, Any]) -> np.ndarray:
    """The matrix (n, len(FEATURE_NAMES)), float32; one record is a batch of one."""
    known = columns[LEVEL].astype(np.float64)
    level = np.maximum(np.where(np.isnan(known), state["mean"], known), 1.0)
    parts = [
        hour(columns),
        weekday(columns),
        workday(columns),
        *(np.round(columns[name] / level * GRID) / GRID for name in RELATIVE),
        *(columns[name] for name in WEATHER),
        level,
    ]
    matrix = np.empty((rows(columns), len(FEATURE_NAMES)), dtype=np.float32)
    for position, part in enumerate(parts):
        matrix[:, position] = part
    return matrix
