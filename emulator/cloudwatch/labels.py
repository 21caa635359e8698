"""Dynamic labels: ${LAST}, ${AVG}, ${PROP('MetricName')}, as in "Using dynamic labels" of the user guide."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Sequence

from emulator.cloudwatch.alarms import Query
from emulator.cloudwatch.math import TimeSeries
from emulator.errors import NotImplementedByName

_VARIABLE = re.compile(r"\$\{\s*([A-Z_]+)(?:\(\s*'([^']*)'\s*\))?\s*\}")
_NUMBERS: dict[str, Callable[[Sequence[float]], float]] = {
    "AVG": statistics.fmean,
    "DATAPOINT_COUNT": len,
    "FIRST": lambda values: values[0],
    "LAST": lambda values: values[-1],
    "MAX": max,
    "MIN": min,
    "SUM": math.fsum,
}


def render(label: str, series: TimeSeries, query: Query | None, account: str, region: str) -> str:
    """The label with its variables replaced; without data a number is `--`. Other variables are refused by name."""
    values = [value for _, value in series.ordered()]

    def replaced(match: re.Match[str]) -> str:
        name, argument = match[1], match[2]
        if name == "LABEL":
            return series.label
        if name == "PROP" and argument is not None:
            return _property(argument, query, account, region)
        if name not in _NUMBERS:
            raise NotImplementedByName(f"The label variable {match[0]}", f"use LABEL, PROP or {', '.join(_NUMBERS)}")
        return f"{_NUMBERS[name](values):g}" if values else "--"

    return _VARIABLE.sub(replaced, label)


def _property(name: str, query: Query | None, account: str, region: str) -> str:
    if name in ("AccountId", "Region"):
        return account if name == "AccountId" else region
    if query is None:
        return ""
    if name.startswith("Dim."):
        return dict(query.metric.dimensions).get(name[4:], "")
    known = {
        "MetricName": query.metric.name,
        "Namespace": query.metric.namespace,
        "Period": str(query.period),
        "Stat": query.statistic,
    }
    if name not in known:
        raise NotImplementedByName(f"The label variable ${{PROP('{name}')}}", f"use {', '.join(known)} or Dim.<name>")
    return known[name]
