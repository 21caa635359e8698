"""A picture to try the API with: a seven, drawn here, since those of the data are not ours to hand on."""

from __future__ import annotations

import base64

import numpy as np

from usecases.digits.schema import SIDE


def seven() -> str:
    """A bar and a stroke that leans, as base64."""
    grey = np.zeros((SIDE, SIDE), np.uint8)
    grey[5:8, 7:20] = 255
    for row in range(8, 24):
        left = 17 - (row - 8) // 2
        grey[row, left : left + 3] = 255
    return base64.b64encode(grey.tobytes()).decode()
