"""The one transform of the income use case: columns in, a float32 matrix out.

What it learns, its state, are the rates of people at work by each of the categories that have no order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cumulet.core.encoding import LearntRates
from cumulet.core.schema import Columns, matrix, rows

NUMBERS = ("age", "schooling")
FLAGS = {"native": "yes", "hearing": "yes", "vision": "yes", "cognition": "yes", "disability": "yes", "sex": "male"}
"""Field to the value that is 1."""
RATES = LearntRates(
    ("marital_status", "relation", "parents", "citizenship", "moved", "military", "ancestry", "race"),
    strength=50,  # `alaska native` has a dozen rows
)
FEATURE_NAMES = (*NUMBERS, *FLAGS, *RATES.names)


def transform(columns: Columns, state: dict[str, Any]) -> np.ndarray:
    """The matrix (n, len(FEATURE_NAMES)), float32; one record is a batch of one."""
    numbers = (columns[name] for name in NUMBERS)
    flags = (columns[name] == value for name, value in FLAGS.items())
    return matrix([*numbers, *flags, *RATES.features(columns, state)], rows(columns))
