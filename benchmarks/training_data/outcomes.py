"""One claim, measured: the same score with and without, on the same seeds, and the interval of the difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

HELPS, HARMS, NEITHER = "helps", "harms", "neither"


@dataclass(frozen=True)
class Finding:
    """A paired comparison; `expected` is what theory says, `found` what the interval says."""

    part: str
    case: str
    score: str
    without: float
    with_: float
    low: float
    """Lower end of the 95 % interval of the difference, with − without."""
    high: float
    expected: str
    seeds: int
    better_is_lower: bool = False

    @property
    def found(self) -> str:
        """Helps or harms where the interval leaves out 0."""
        if self.low <= 0 <= self.high:
            return NEITHER
        return HELPS if (self.low > 0) != self.better_is_lower else HARMS

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {**vars(self), "found": self.found}


def compare(
    name: tuple[str, str, str],
    trial: Callable[[int], tuple[float, float]],
    seeds: Iterable[int],
    expected: str,
    *,
    lower: bool = False,
) -> Finding:
    """`trial(seed)` gives the score without and with; `name` is (part, case, score). Interval: Student's t, paired."""
    pairs = np.array([trial(seed) for seed in seeds])
    without, with_ = pairs.mean(axis=0)
    difference = pairs[:, 1] - pairs[:, 0]
    spread = difference.std(ddof=1) / np.sqrt(len(pairs)) if len(pairs) > 1 else 0.0
    half = float(stats.t.ppf(0.975, len(pairs) - 1) * spread)
    mean = float(difference.mean())
    found = Finding(*name, float(without), float(with_), mean - half, mean + half, expected, len(pairs), lower)
    print(
        f"{found.part:<20}{found.case:<52}{found.score:<26}{found.without:>9.4f}{found.with_:>9.4f}"
        f"   {found.low:+.4f} … {found.high:+.4f}  {found.found:<8}(expected: {found.expected})",
        flush=True,
    )
    return found
