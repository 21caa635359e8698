"""How people label digits: they look at the picture, and press the key of what they read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cumulet.core.schema import Columns
from cumulet.core.training_data.labelling import Labelling
from usecases.digits.schema import CLASSES, SIDE
from usecases.digits.transform import transform


def pictures(columns: Columns) -> NDArray[np.float64]:
    """The pictures (n, 28, 28), from 0 (paper) to 1 (ink)."""
    return transform(columns, {}).reshape(-1, SIDE, SIDE).astype(np.float64)


LABELLING = Labelling(CLASSES, picture=pictures)
