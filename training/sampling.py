"""Which rows of a snapshot are fitted on, when they are more than a fit needs.

Rows of one day resemble each other (one weather, one congestion), so part of a day says nearly as much as all of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cumulet.core.training_data.draws import draws

__all__ = ["draws", "sample"]


def sample(
    drawn: NDArray[np.float64], days: NDArray[np.datetime64], maximum: int, half_life_days: float = 0.0
) -> NDArray[np.int64]:
    """Ascending positions of `maximum` rows (0, or more than there are: of all), by what `draws` drew for them.

    Nothing but id and day decides, above all not the label, and the order of the rows does not matter. A row that is
    `half_life_days` older is half as likely to be taken (0: all are alike).
    Source: Efraimidis, Spirakis (2006), Weighted random sampling with a reservoir, Inf. Process. Lett. 97(5).
    """
    if not 0 < maximum < len(drawn):
        return np.arange(len(drawn))
    age = (days.max() - days).astype(np.float64)
    likelihood = 0.5 ** (age / half_life_days) if half_life_days else np.ones(len(drawn))
    rank = np.log(drawn) / likelihood
    return np.sort(np.argpartition(-rank, maximum)[:maximum])
