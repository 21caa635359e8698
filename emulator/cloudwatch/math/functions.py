"""Metric math's functions on values; those that need the request's metrics or times are in `calculator`."""

from __future__ import annotations

import itertools
import math
import operator
import statistics
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from emulator.cloudwatch.errors import invalid_request
from emulator.cloudwatch.math.series import Operation, TimeSeries, Value


def _divide(left: float, right: float) -> float | None:
    return left / right if right else None


def _power(left: float, right: float) -> float | None:
    try:
        found = left**right
    except (OverflowError, ZeroDivisionError):
        return None
    return found if isinstance(found, float) and math.isfinite(found) else None


def _truth(compare: Callable[[float, float], bool]) -> Operation:
    return lambda left, right: float(compare(left, right))


OPERATORS: dict[str, Operation] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "^": _power,
    "==": _truth(operator.eq),
    "!=": _truth(operator.ne),
    "<": _truth(operator.lt),
    "<=": _truth(operator.le),
    ">": _truth(operator.gt),
    ">=": _truth(operator.ge),
    "AND": _truth(lambda left, right: bool(left and right)),
    "OR": _truth(lambda left, right: bool(left or right)),
}

POINTWISE: dict[str, Callable[[float], float | None]] = {
    "neg": operator.neg,
    "ABS": abs,
    "CEIL": lambda value: float(math.ceil(value)),
    "FLOOR": lambda value: float(math.floor(value)),
    "LOG": lambda value: math.log(value) if value > 0 else None,
    "LOG10": lambda value: math.log10(value) if value > 0 else None,
}

# A single series becomes a number. Of several, each moment's values become one: AVG and STDDEV divide by the number
# of series (AWS: "missing values are treated as 0"), the others take what is there.
REDUCTIONS: dict[str, Callable[[list[float]], float]] = {
    "AVG": statistics.fmean,
    "DATAPOINT_COUNT": lambda values: float(len(values)),
    "MAX": max,
    "MIN": min,
    "STDDEV": statistics.pstdev,
    "SUM": math.fsum,
}
_MISSING_IS_ZERO = ("AVG", "STDDEV")

# The part of a moment (UTC) that each names; DAY counts from Monday, 1
PARTS: dict[str, Callable[[datetime], float]] = {
    "MINUTE": lambda moment: float(moment.minute),
    "HOUR": lambda moment: float(moment.hour),
    "DAY": lambda moment: float(moment.isoweekday()),
    "DATE": lambda moment: float(moment.day),
    "MONTH": lambda moment: float(moment.month),
    "YEAR": lambda moment: float(moment.year),
    "EPOCH": lambda moment: moment.timestamp(),
}


def pointwise(name: str, value: Value) -> Value:
    """ABS, CEIL, ... of a number or of each value of a series."""
    function = POINTWISE[name]
    if isinstance(value, list):
        return [series.map(function) for series in value]
    if isinstance(value, TimeSeries):
        return value.map(function)
    found = function(value)
    return math.nan if found is None else found


def reduce(name: str, value: Value) -> Value:
    """AVG, SUM, ... of a series (a number) or across several (a series)."""
    function = REDUCTIONS[name]
    if isinstance(value, TimeSeries):
        found = list(value.values.values())
        return function(found) if found else 0.0
    if not isinstance(value, list):
        raise invalid_request(f"{name} expects a time series or an array of them, not a number")
    times = sorted({at for series in value for at in series.values})
    period = value[0].period if value else 60
    empty = [0.0] if name in _MISSING_IS_ZERO else []

    def at_moment(at: int) -> list[float]:
        return [v for series in value for v in ([series.values[at]] if at in series.values else empty)]

    return TimeSeries(period, {at: function(at_moment(at)) for at in times})


def steps(name: str, series: TimeSeries) -> TimeSeries:
    """DIFF, DIFF_TIME, RATE: from one value to the next; RUNNING_SUM: all up to each."""
    points = series.ordered()
    if name == "RUNNING_SUM":
        total = 0.0
        found = []
        for at, value in points:
            total += value
            found.append((at, total))
        return series.of(found)
    pairs = itertools.pairwise(points)
    of: dict[str, Callable[[int, float], float]] = {
        "DIFF": lambda seconds, difference: difference,
        "DIFF_TIME": lambda seconds, difference: float(seconds),
        "RATE": lambda seconds, difference: difference / seconds,
    }
    return series.of((at, of[name](at - before, value - last)) for (before, last), (at, value) in pairs)


STEPS = ("DIFF", "DIFF_TIME", "RATE", "RUNNING_SUM")


def fill(series: TimeSeries, filler: float | TimeSeries | str, times: Iterable[int]) -> TimeSeries:
    """The series with its missing values filled: by a number, another series, REPEAT or LINEAR."""
    if isinstance(filler, TimeSeries):
        return series.of(sorted({**filler.values, **series.values}.items()))
    if filler == "LINEAR":
        return _interpolated(series, times)
    found: dict[int, float] = {}
    last: float | None = None
    for at in times:
        last = series.values.get(at, last)
        value = series.values.get(at, last if filler == "REPEAT" else filler)
        if value is not None:
            found[at] = float(value)
    return series.of(found.items())


def _interpolated(series: TimeSeries, times: Iterable[int]) -> TimeSeries:
    found = dict(series.ordered())
    points = series.ordered()
    for (left, a), (right, b) in itertools.pairwise(points):
        for at in times:
            if left < at < right:
                found[at] = a + (b - a) * (at - left) / (right - left)
    return series.of(sorted(found.items()))


def part(name: str, times: Iterable[int], like: TimeSeries) -> TimeSeries:
    """MINUTE, HOUR, ...: each moment's own, whether or not the series has a value there."""
    return like.of((at, PARTS[name](datetime.fromtimestamp(at, UTC))) for at in times)


def choose(condition: Value, yes: Value, no: Value | None) -> Value:
    """IF: where the condition is not 0, `yes` (0 where it has no value); elsewhere `no`, or nothing."""
    if isinstance(condition, list) or isinstance(yes, list) or isinstance(no, list):
        raise invalid_request("IF expects numbers and single time series, not arrays of them")
    if not isinstance(condition, TimeSeries):
        chosen = yes if condition else no
        return chosen if chosen is not None else (yes.of(()) if isinstance(yes, TimeSeries) else TimeSeries(60))

    def at_moment(at: int, value: float) -> float | None:
        if value:
            return yes.values.get(at, 0.0) if isinstance(yes, TimeSeries) else float(yes)
        return no.values.get(at) if isinstance(no, TimeSeries) else no

    found = ((at, at_moment(at, value)) for at, value in condition.ordered())
    return condition.of((at, value) for at, value in found if value is not None)
