"""Which records of a day stay: drift by leaving out, so that every record that is there is a real one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cumulet.core.simulator.frames import Frame
from cumulet.core.simulator.knobs import Prior, Tilt
from cumulet.core.tasks import Task
from cumulet.core.usecase import UseCase

Floats = NDArray[np.float64]
WHOLE = 0.75
"""Up to this quantile of the day's likelihoods a tilt leaves records out; those above are all kept."""


def by_tilt(knob: Tilt, records: Frame, use_case: UseCase, intensity: float) -> Floats:
    """The probability of each record (n,) to be kept; one whose value is missing counts as an average one."""
    if knob.values:
        times = np.array([float(knob.values.get(text, 1.0)) for text in records.columns[knob.column]], np.float64)
        likelihood = 1 + intensity * (times - 1)
        most = 1 + intensity * (_likeliest(knob, use_case) - 1)
        return np.asarray(likelihood / max(most, 1e-12), np.float64)
    columns = records.typed(use_case.schema)
    values = columns[knob.column] if knob.column in columns else use_case.watched[knob.column](columns)
    present = values[np.isfinite(values)]
    if not len(present) or present.std() == 0:
        return np.ones(len(records))
    scores = np.clip(np.nan_to_num((values - present.mean()) / present.std()), -4, 4)
    likelihood = np.exp(knob.strength * intensity * scores)
    return np.asarray(np.minimum(1.0, likelihood / np.quantile(likelihood, WHOLE)), np.float64)


def _likeliest(knob: Tilt, use_case: UseCase) -> float:
    """How often the likeliest value is kept, whether or not the day has it: days may differ by the column alone."""
    there = use_case.schema.field(knob.column).categories
    others = () if there and set(there) <= set(knob.values) else (1.0,)
    return max(*knob.values.values(), *others, 0.0)


def by_prior(knob: Prior, labels: Floats, task: Task, intensity: float) -> Floats:
    """The probability of each record (n,) to be kept; one without a label (NaN) is kept."""
    odds = knob.odds**intensity
    own, others = min(1.0, odds), min(1.0, 1 / odds)
    return np.where(np.isnan(labels), 1.0, np.where(knob.meant(labels, task), own, others))
