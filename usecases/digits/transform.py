"""The one transform of the digits use case: pictures in, a float32 matrix of their pixels out. It learns nothing."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from cumulet.core.schema import Columns, rows
from usecases.digits.schema import SIDE

FEATURE_NAMES = tuple(f"pixel_{row}_{column}" for row in range(SIDE) for column in range(SIDE))


def fit_state(columns: Columns, y: np.ndarray) -> dict[str, Any]:
    """Nothing: grey values have one scale, whatever the window."""
    return {}


def transform(columns: Columns, state: dict[str, Any]) -> np.ndarray:
    """The matrix (n, 784), float32: grey values as shares of full ink, from 0 to 1."""
    data = b"".join(base64.b64decode(image) for image in columns["image"])
    return np.frombuffer(data, np.uint8).reshape(rows(columns), SIDE * SIDE).astype(np.float32) / np.float32(255)


def ink(columns: Columns) -> np.ndarray:
    """Mean grey value of each picture, from 0 to 1 (n,)."""
    return transform(columns, {}).mean(axis=1, dtype=np.float64)


def width(columns: Columns) -> np.ndarray:
    """Columns of pixels that hold ink (n,)."""
    return _inked(columns, axis=1)


def height(columns: Columns) -> np.ndarray:
    """Rows of pixels that hold ink (n,)."""
    return _inked(columns, axis=2)


def _inked(columns: Columns, axis: int) -> np.ndarray:
    pictures = transform(columns, {}).reshape(-1, SIDE, SIDE)
    return (pictures.max(axis=axis, initial=0) > 0.5).sum(axis=1).astype(np.float64)
