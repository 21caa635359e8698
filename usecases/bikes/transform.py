"""The one transform of the bikes use case: columns with context features in, a float32 matrix out.

Demand doubles within two years, and trees cannot say what they have not seen. So the matrix holds demand relative to
what is typical: of the last seven days, and of this hour on this kind of day by now. The latter is the exposure by
which the model's forecast is multiplied.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cumulet.core.schema import Columns, matrix, rows
from usecases.bikes.context import CONTEXT
from usecases.bikes.schema import hour, weekday, workday

LEVEL = "rentals_7"
RELATIVE = tuple(name for name in CONTEXT.names if name.startswith("rentals") and name != LEVEL)
WEATHER = tuple(name for name in CONTEXT.names if name.startswith("weather"))
FEATURE_NAMES = (
    "hour",
    "weekday",
    "workday",
    *(f"{name}_to_typical" for name in RELATIVE),
    *(f"{name}_to_level" for name in RELATIVE),
    *WEATHER,
    "typical",
)
EXPOSURE = FEATURE_NAMES.index("typical")
"""The column of the matrix that holds what is typical; it is never missing and at least 1."""
RATIO_GRID, RENTALS_GRID = 1024.0, 64.0
"""Values are rounded to so many parts of 1: a tree's threshold between two of them is then exact in float32 as well."""


def fit_state(columns: Columns, y: np.ndarray) -> dict[str, Any]:
    """The mean of the labels `y` (n,), which is typical where nothing is known: before the first count."""
    return {"mean": float(np.nanmean(y))}


def transform(columns: Columns, state: dict[str, Any]) -> np.ndarray:
    """The matrix (n, len(FEATURE_NAMES)), float32; one record is a batch of one."""
    level, usual = np.maximum(_known(columns, LEVEL, state), 1.0), typical(columns, state)
    parts = [
        hour(columns),
        weekday(columns),
        workday(columns),
        *(np.round(columns[name] / usual * RATIO_GRID) / RATIO_GRID for name in RELATIVE),
        *(np.round(columns[name] / level * RATIO_GRID) / RATIO_GRID for name in RELATIVE),
        *(columns[name] for name in WEATHER),
        np.round(usual * RENTALS_GRID) / RENTALS_GRID,
    ]
    return matrix(parts, rows(columns))


def typical(columns: Columns, state: dict[str, Any]) -> np.ndarray:
    """Rentals of this hour on this kind of day (n,): the mean of two forecasts, those of the last seven days and those
    of the last 28, the latter brought to the level of the last seven."""
    week = _known(columns, "rentals_workday_hour_7", state)
    month = _known(columns, "rentals_workday_hour_28", state)
    growth = _known(columns, LEVEL, state) / np.maximum(_known(columns, "rentals_28", state), 1.0)
    return np.maximum(0.5 * week + 0.5 * month * growth, 1.0)


def _known(columns: Columns, name: str, state: dict[str, Any]) -> np.ndarray:
    column = columns[name].astype(np.float64)
    return np.where(np.isnan(column), state["mean"], column)
