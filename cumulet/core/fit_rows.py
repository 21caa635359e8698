"""Which rows of a snapshot a fit takes, and what each of them counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cumulet.core.fields import Columns


@dataclass(frozen=True)
class Weighing:
    """What a row counts: `of(columns with context, labels)` gives weights (n,), finite and not negative.

    `words` say it where it is asked for: the log, training.json, the model card. `cumulet.core.training_data.weighing`
    has weighings to start from.
    """

    words: str
    of: Callable[[Columns, np.ndarray], np.ndarray]


@dataclass(frozen=True, kw_only=True)
class FitRows:
    """How many rows of a snapshot are fitted on at most (0: all), so that a training's time does not grow with history.

    Which rows is decided by `training.sampling`: recent ones are likelier, a hash of the id draws among them.
    """

    maximum: int = 0
    fold_maximum: int = 0
    """The same for each fold of the backtest: with fewer rows than the candidate itself it is judged a little hard."""
    half_life_days: float = 0.0
    """A row so much older is half as likely to be taken; 0: age does not matter."""
    weights: Weighing | None = None
    """What each row counts when a candidate is fitted; None: all alike. Baselines and all judging stay unweighted."""
