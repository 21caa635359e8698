"""The metrics of calls, as Lambda puts them (AWS/Lambda): for the account, the function, and what was named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from emulator.functions.target import LATEST, Target

NAMESPACE = "AWS/Lambda"
MOST_VALUES = 150  # of one datum
UNITS = {"Duration": "Milliseconds"}

Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Measured:
    """What one call adds: values by the metric's name."""

    target: Target
    values: dict[str, float]


def invoked(target: Target, *, failed: bool, duration_ms: float, concurrent: int) -> Measured:
    """A call that an environment served."""
    values = {"Invocations": 1.0, "Errors": float(failed), "Throttles": 0.0}
    return Measured(target, values | {"Duration": duration_ms, "ConcurrentExecutions": float(concurrent)})


def throttled(target: Target) -> Measured:
    """A call that was refused for want of concurrency."""
    return Measured(target, {"Throttles": 1.0})


def counted(target: Target, name: str) -> Measured:
    """One of something, e.g. AsyncEventsDropped."""
    return Measured(target, {name: 1.0})


def data(measured: Iterable[Measured]) -> list[dict[str, Any]]:
    """MetricData of calls; equal values are counted, so that thousands of calls are a handful of data."""
    counts: dict[tuple[str, Dimensions], dict[float, float]] = defaultdict(lambda: defaultdict(float))
    for one in measured:
        for dimensions in _dimensions(one.target):
            for name, value in one.values.items():
                counts[name, dimensions][value] += 1
    return [
        {
            "MetricName": name,
            "Dimensions": [{"Name": n, "Value": v} for n, v in dimensions],
            "Unit": UNITS.get(name, "Count"),
            "Values": values[start : start + MOST_VALUES],
            "Counts": [found[value] for value in values[start : start + MOST_VALUES]],
        }
        for (name, dimensions), found in counts.items()
        for values in [list(found)]
        for start in range(0, len(values), MOST_VALUES)
    ]


def _dimensions(target: Target) -> list[Dimensions]:
    """All functions; the function; the version or alias that was named; behind an alias the version that answered."""
    function = ("FunctionName", target.reference.name)
    found: list[Dimensions] = [(), (function,)]
    qualifier = target.reference.qualifier
    if qualifier and qualifier != LATEST:
        resource = ("Resource", f"{target.reference.name}:{qualifier}")
        found.append((function, resource))
        if target.alias:
            found.append((("ExecutedVersion", target.version.version), function, resource))
    return found
