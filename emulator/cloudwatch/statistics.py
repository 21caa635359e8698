"""Samples of one period, and what a statistic of them is.

Source: "CloudWatch statistics definitions" in the Amazon CloudWatch user guide.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from emulator.cloudwatch.errors import invalid

SIMPLE = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
EXPECTED = f"{', '.join(SIMPLE)}, p99, tm90, wm90, tc90, ts90, TM(10%:90%), TC(80:500), PR(:300) or IQM"
_NUMBER = r"\d+(?:\.\d{1,10})?"
_PERCENT = re.compile(rf"(p|tm|wm|tc|ts)({_NUMBER})$")
_RANGE = re.compile(rf"(TM|WM|TC|TS|PR)\(({_NUMBER}%?)?:({_NUMBER}%?)?\)$")


@dataclass(frozen=True)
class Sample:
    """What one datum contributes; `values` are its single values with their counts, absent in a statistic set."""

    count: float
    sum: float
    minimum: float
    maximum: float
    values: tuple[tuple[float, float], ...] | None = None


Weighted = list[tuple[float, float]]  # (value, count), by value
Statistic = Callable[[Sequence[Sample]], float | None]


@dataclass(frozen=True)
class _Range:
    """What of a period's values counts: ranks by share of the count, or values; open ends are None."""

    low: float | None
    high: float | None
    by_share: bool

    def weights(self, weighted: Weighted) -> list[float]:
        """How much of each value's count lies inside; the lower bound is outside, the upper one inside."""
        if not self.by_share:
            return [w if self._contains(v) else 0.0 for v, w in weighted]
        total = sum(w for _, w in weighted)
        first = math.floor(round((self.low or 0.0) / 100 * total, 9))
        last = total if self.high is None else math.ceil(round(self.high / 100 * total, 9))
        inside, seen = [], 0.0
        for _, weight in weighted:
            inside.append(max(0.0, min(seen + weight, last) - max(seen, first)))
            seen += weight
        return inside

    def _contains(self, value: float) -> bool:
        return (self.low is None or value > self.low) and (self.high is None or value <= self.high)


def check_statistic(name: str) -> str:
    """The name itself, when it is one of AWS's; raises InvalidParameterValue."""
    statistic(name)
    return name


def compute(samples: Sequence[Sample], name: str) -> float | None:
    """The statistic of a period; None without data, or where AWS needs single values and has only a set."""
    return statistic(name)(samples) if samples else None


@lru_cache(maxsize=1024)
def statistic(name: str) -> Statistic:
    """The function of a statistic's name; raises InvalidParameterValue when AWS has none of this name."""
    if name in _SIMPLE:
        return _SIMPLE[name]
    if name == "IQM":
        return _over(_trimmed_mean, _Range(25, 75, by_share=True))
    if match := _PERCENT.match(name):
        kind, share = match[1], float(match[2])
        if share <= 100:
            return _over(_KINDS[kind.upper()], _Range(None, share, by_share=True))
    if match := _RANGE.match(name):
        found = _range(match[2], match[3])
        if found is not None and not (match[1] == "PR" and found.by_share):
            return _over(_KINDS[match[1]], found)
    raise invalid(f"The statistic {name!r} is none of CloudWatch's: use {EXPECTED}")


def _range(low: str | None, high: str | None) -> _Range | None:
    given = [bound for bound in (low, high) if bound]
    by_share = [bound.endswith("%") for bound in given]
    if not given or len(set(by_share)) > 1:
        return None
    numbers = [float(bound.rstrip("%")) if bound else None for bound in (low, high)]
    if by_share[0] and any(number is not None and number > 100 for number in numbers):
        return None
    return _Range(numbers[0], numbers[1], by_share[0])


def _average(samples: Sequence[Sample]) -> float | None:
    count = sum(s.count for s in samples)
    return sum(s.sum for s in samples) / count if count else None


_SIMPLE: dict[str, Statistic] = {
    "SampleCount": lambda samples: sum(s.count for s in samples),
    "Sum": lambda samples: sum(s.sum for s in samples),
    "Average": _average,
    "Minimum": lambda samples: min(s.minimum for s in samples),
    "Maximum": lambda samples: max(s.maximum for s in samples),
}


def _over(kind: Callable[[Weighted, _Range], float | None], bounds: _Range) -> Statistic:
    def of(samples: Sequence[Sample]) -> float | None:
        weighted = _weighted(samples)
        return kind(weighted, bounds) if weighted else None

    return of


def _weighted(samples: Iterable[Sample]) -> Weighted | None:
    """Every value with its count, sorted; None when a set hides them, or one is negative (AWS has none then)."""
    found: Weighted = []
    for sample in samples:
        if sample.values is not None:
            found.extend(sample.values)
        elif sample.minimum == sample.maximum:
            found.append((sample.minimum, sample.count))
        else:
            return None
    found.sort()
    return found if found and found[0][0] >= 0 else None


def _percentile(weighted: Weighted, bounds: _Range) -> float | None:
    """The smallest value that at least this share of the values does not exceed."""
    needed = round((bounds.high or 0.0) / 100 * sum(w for _, w in weighted), 9)
    seen = 0.0
    for value, weight in weighted:
        seen += weight
        if seen >= needed:
            return value
    return weighted[-1][0]


def _trimmed_sum(weighted: Weighted, bounds: _Range) -> float:
    return sum(v * w for (v, _), w in zip(weighted, bounds.weights(weighted), strict=True))


def _trimmed_count(weighted: Weighted, bounds: _Range) -> float:
    return sum(bounds.weights(weighted))


def _trimmed_mean(weighted: Weighted, bounds: _Range) -> float | None:
    count = _trimmed_count(weighted, bounds)
    return _trimmed_sum(weighted, bounds) / count if count else None


def _winsorized_mean(weighted: Weighted, bounds: _Range) -> float | None:
    """The mean after values outside were moved to the edge: by share, the nearest value inside; else the bound."""
    inside = [v for (v, _), w in zip(weighted, bounds.weights(weighted), strict=True) if w]
    if bounds.by_share:
        if not inside:
            return None
        low, high = inside[0], inside[-1]
    else:
        low = bounds.low if bounds.low is not None else weighted[0][0]
        high = bounds.high if bounds.high is not None else weighted[-1][0]
    return sum(min(max(v, low), high) * w for v, w in weighted) / sum(w for _, w in weighted)


def _percentile_rank(weighted: Weighted, bounds: _Range) -> float:
    return 100 * _trimmed_count(weighted, bounds) / sum(w for _, w in weighted)


_KINDS: dict[str, Callable[[Weighted, _Range], float | None]] = {
    "P": _percentile,
    "TM": _trimmed_mean,
    "WM": _winsorized_mean,
    "TC": _trimmed_count,
    "TS": _trimmed_sum,
    "PR": _percentile_rank,
}
