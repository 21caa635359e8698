"""The one transform of the income use case: columns in, a float32 matrix out.

What it learns, its state, are the rates of people at work by each of the categories that have no order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cumulet.core.encoding import encoded, shrunk_means
from cumulet.core.keys import row_keys
from cumulet.core.schema import Columns, rows, select

NUMBERS = ("age", "schooling")
FLAGS = {"native": "yes", "hearing": "yes", "vision": "yes", "cognition": "yes", "disability": "yes", "sex": "male"}
"""Field to the value that is 1."""
RATES = ("marital_status", "relation", "parents", "citizenship", "moved", "military", "ancestry", "race")
FEATURE_NAMES = (*NUMBERS, *FLAGS, *(f"{name}_rate" for name in RATES))
STRENGTH = 50.0
"""Rows that a category must outweigh: `alaska native` has a dozen."""


def fit_state(columns: Columns, y: np.ndarray) -> dict[str, Any]:
    """The shrunk rates of a training window; `y` (n,) is 1, 0, or NaN for rows without a label."""
    known = ~np.isnan(y)
    columns, y = select(columns, known), y[known]
    rates = {name: shrunk_means(row_keys([columns[name]], len(y)), y, STRENGTH) for name in RATES}
    return {"prior": float(y.mean()), "rates": rates}


def transform(columns: Columns, state: dict[str, Any]) -> np.ndarray:
    """The matrix (n, len(FEATURE_NAMES)), float32; one record is a batch of one."""
    n = rows(columns)
    matrix = np.empty((n, len(FEATURE_NAMES)), dtype=np.float32)
    rates = (encoded(row_keys([columns[name]], n), state["rates"][name], state["prior"]) for name in RATES)
    flags = (columns[name] == value for name, value in FLAGS.items())
    for position, part in enumerate([*(columns[name] for name in NUMBERS), *flags, *rates]):
        matrix[:, position] = part
    return matrix
