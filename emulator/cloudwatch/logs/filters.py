"""Metric filters: what a filter of CloudWatch Logs makes of log lines.

Source: "Configuring metric values for a metric filter" in the Amazon CloudWatch Logs user guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.cloudwatch.logs.conditions import Match, as_text, number
from emulator.cloudwatch.logs.patterns import compile_pattern
from emulator.cloudwatch.metrics import units
from emulator.errors import ServiceError

MOST_DIMENSIONS = 3

Filter = Mapping[str, Any]  # filterName, filterPattern, metricTransformations
Line = tuple[int, str]  # milliseconds since 1970, message


@dataclass(frozen=True)
class Counted:
    """A datum as PutMetricData takes it, without its time."""

    namespace: str
    datum: dict[str, Any]
    at_ms: int


def check(pattern: str, transformations: Iterable[Mapping[str, Any]]) -> None:
    """Raise InvalidParameterException on what PutMetricFilter refuses."""
    compile_pattern(pattern)
    for given in transformations:
        if number(given["metricValue"]) is None and not given["metricValue"].startswith("$"):
            raise ServiceError(
                "InvalidParameterException", f"metricValue {given['metricValue']!r}: a number or $.field"
            )
        if given.get("dimensions") and "defaultValue" in given:
            raise ServiceError("InvalidParameterException", "dimensions and defaultValue exclude one another")
        if len(given.get("dimensions") or {}) > MOST_DIMENSIONS:
            raise ServiceError("InvalidParameterException", f"at most {MOST_DIMENSIONS} dimensions")
        if given.get("unit", "None") not in units():
            raise ServiceError("InvalidParameterException", f"unit {given['unit']!r} is none of CloudWatch's")
        if given["metricNamespace"].startswith("AWS/"):
            raise ServiceError("InvalidParameterException", "metricNamespace: AWS/ is reserved for AWS's own metrics")


def count(filter: Filter, lines: Iterable[Line]) -> Iterator[Counted]:
    """The data that lines give; one that does not fit gives the default value, where the filter has one."""
    pattern = compile_pattern(filter["filterPattern"])
    for at, line in lines:
        match = pattern.match(line)
        for given in filter["metricTransformations"]:
            datum = _datum(given, match)
            if datum:
                yield Counted(given["metricNamespace"], datum, at)


def _datum(given: Mapping[str, Any], match: Match | None) -> dict[str, Any] | None:
    named = {"MetricName": given["metricName"], **({"Unit": given["unit"]} if given.get("unit") else {})}
    if match is None:
        default = given.get("defaultValue")
        return None if default is None else {**named, "Value": float(default)}
    text = given["metricValue"]
    value = number(match.get(text)) if text.startswith("$") else number(text)
    dimensions = {name: match.get(selector) for name, selector in (given.get("dimensions") or {}).items()}
    if value is None or any(found is None or isinstance(found, (dict, list)) for found in dimensions.values()):
        return None
    listed = [{"Name": name, "Value": as_text(found)} for name, found in dimensions.items()]
    return {**named, "Value": value, "Dimensions": listed}


def try_out(pattern: str, messages: Iterable[str]) -> list[dict[str, Any]]:
    """What TestMetricFilter answers: the messages that fit, counted from 1, and what was found in them."""
    compiled = compile_pattern(pattern)
    return [
        {"eventNumber": index, "eventMessage": message, "extractedValues": match.values()}
        for index, message in enumerate(messages, start=1)
        if (match := compiled.match(message))
    ]
