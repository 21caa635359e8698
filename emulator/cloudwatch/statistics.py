"""Samples of one period, and what a statistic of them is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from emulator.cloudwatch.errors import invalid

STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)$")


@dataclass(frozen=True)
class Sample:
    """What one datum contributes; `values` are its single values with their counts, absent in a statistic set."""

    count: float
    sum: float
    minimum: float
    maximum: float
    values: tuple[tuple[float, float], ...] | None = None


def check_statistic(name: str) -> str:
    """The name itself, when it is one of ours; raises InvalidParameterValue."""
    if name in STATISTICS or _PERCENTILE.match(name):
        return name
    raise invalid(
        f"The statistic {name!r} is not supported by this emulator: use {', '.join(STATISTICS)} or a percentile (p99)"
    )


def compute(samples: Sequence[Sample], statistic: str) -> float | None:
    """The statistic of a period; None without data, or for a percentile of what was only given as a set."""
    if not samples:
        return None
    count = sum(sample.count for sample in samples)
    total = sum(sample.sum for sample in samples)
    simple = {
        "SampleCount": count,
        "Sum": total,
        "Average": total / count if count else None,
        "Minimum": min(sample.minimum for sample in samples),
        "Maximum": max(sample.maximum for sample in samples),
    }
    if statistic in simple:
        return simple[statistic]
    match = _PERCENTILE.match(check_statistic(statistic))
    return _percentile(samples, float(match[1]) / 100) if match else None


def _percentile(samples: Iterable[Sample], share: float) -> float | None:
    """The smallest value that at least this share of the values does not exceed."""
    weighted: list[tuple[float, float]] = []
    for sample in samples:
        if sample.values is not None:
            weighted.extend(sample.values)
        elif sample.count == 1 or sample.minimum == sample.maximum:
            weighted.append((sample.minimum, sample.count))
        else:
            return None
    weighted.sort()
    needed = share * sum(weight for _, weight in weighted)
    seen = 0.0
    for value, weight in weighted:
        seen += weight
        if seen >= needed:
            return value
    return weighted[-1][0] if weighted else None
