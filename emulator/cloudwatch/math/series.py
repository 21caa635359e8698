"""What an expression computes with: numbers, time series and arrays of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from emulator.cloudwatch.errors import invalid_request


@dataclass(frozen=True)
class TimeSeries:
    """Values by the epoch second of their period's start; a period without a value is absent."""

    period: int
    values: dict[int, float] = field(default_factory=dict)
    id: str = ""
    label: str = ""
    is_metric: bool = False

    def map(self, function: Callable[[float], float | None]) -> TimeSeries:
        """Each value through a function; None, NaN and infinity drop it."""
        found = ((at, function(value)) for at, value in self.values.items())
        return self.of((at, value) for at, value in found if value is not None and math.isfinite(value))

    def of(self, values: Iterable[tuple[int, float]]) -> TimeSeries:
        """The same series with other values; it is no metric any more."""
        return replace(self, values=dict(values), is_metric=False)

    def ordered(self) -> list[tuple[int, float]]:
        """(time, value), oldest first."""
        return sorted(self.values.items())


Value = float | TimeSeries | list[TimeSeries]
Operation = Callable[[float, float], float | None]


def combine(left: Value, right: Value, operation: Operation) -> Value:
    """An operator over any two values; where only one of two series has a value the other counts as 0."""
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            raise invalid_request(f"Arrays of {len(left)} and {len(right)} time series cannot be combined")
        return [_pair(a, b, operation) for a, b in zip(left, right, strict=True)]
    if isinstance(left, list):
        return [_series(combine(item, right, operation)) for item in left]
    if isinstance(right, list):
        return [_series(combine(left, item, operation)) for item in right]
    if isinstance(left, TimeSeries) and isinstance(right, TimeSeries):
        return _pair(left, right, operation)
    if isinstance(left, TimeSeries):
        number = float(right)  # type: ignore[arg-type]
        return left.map(lambda value: operation(value, number))
    if isinstance(right, TimeSeries):
        return right.map(lambda value: operation(left, value))
    found = operation(left, right)
    return math.nan if found is None else found


def _pair(left: TimeSeries, right: TimeSeries, operation: Operation) -> TimeSeries:
    times = sorted(left.values.keys() | right.values.keys())
    found = ((at, operation(left.values.get(at, 0.0), right.values.get(at, 0.0))) for at in times)
    return left.of((at, value) for at, value in found if value is not None and math.isfinite(value))


def _series(value: Value) -> TimeSeries:
    assert isinstance(value, TimeSeries)  # noqa: S101 - an element of an array combined with what is no array
    return value
