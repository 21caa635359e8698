"""What a metric is, and what one datum of PutMetricData says."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emulator.cloudwatch.errors import conflicting, invalid
from emulator.cloudwatch.statistics import Sample

OLDEST = timedelta(days=14)
NEWEST = timedelta(hours=2)
MOST_VALUES = 150
MOST_DIMENSIONS = 30

Dimensions = tuple[tuple[str, str], ...]  # sorted by name


@dataclass(frozen=True)
class Metric:
    """A metric is its namespace, its name and exactly its dimensions."""

    namespace: str
    name: str
    dimensions: Dimensions


@dataclass(frozen=True)
class Datum:
    """One datum: a sample of a metric at a moment (epoch seconds)."""

    metric: Metric
    at: int
    unit: str
    sample: Sample


def dimensions_of(given: Iterable[Mapping[str, str]]) -> Dimensions:
    """A list of {Name, Value} as a metric knows it; raises on a name given twice."""
    found = tuple(sorted((d["Name"], d["Value"]) for d in given))
    if len({name for name, _ in found}) < len(found):
        raise invalid("A dimension is given more than once")
    if len(found) > MOST_DIMENSIONS:
        raise invalid(f"The collection Dimensions must not have a size greater than {MOST_DIMENSIONS}.")
    return found


def to_list(dimensions: Dimensions) -> list[dict[str, str]]:
    """The dimensions as AWS lists them."""
    return [{"Name": name, "Value": value} for name, value in dimensions]


def read_data(namespace: str, data: Sequence[Mapping[str, Any]], now: datetime) -> list[Datum]:
    """The data of a PutMetricData; raises when one of them is refused, and then none counts."""
    if namespace.startswith("AWS/"):
        raise invalid("The value AWS/ for parameter Namespace is invalid: it is reserved for AWS's own metrics.")
    return [_read(namespace, index, given, now) for index, given in enumerate(data, start=1)]


def _read(namespace: str, index: int, given: Mapping[str, Any], now: datetime) -> Datum:
    at = given.get("Timestamp", now)
    if not now - OLDEST <= at <= now + NEWEST:
        raise invalid(
            f"The parameter MetricData.member.{index}.Timestamp must specify a time no more than two weeks in the past"
            f" and two hours in the future: {at.isoformat()} (it is {now.isoformat()} by the emulator's clock)."
        )
    metric = Metric(namespace, given["MetricName"], dimensions_of(given.get("Dimensions", ())))
    return Datum(metric, int(at.timestamp()), given.get("Unit", "None"), _sample(given, index))


def _sample(given: Mapping[str, Any], index: int) -> Sample:
    """The sample of a datum given as Value, as Values with Counts, or as a set of statistics."""
    if sum(name in given for name in ("Value", "Values", "StatisticValues")) != 1:
        raise conflicting(f"MetricData.member.{index}: exactly one of Value, Values and StatisticValues is expected.")
    if "StatisticValues" in given:
        s = given["StatisticValues"]
        sample = Sample(s["SampleCount"], s["Sum"], s["Minimum"], s["Maximum"])
    else:
        values = given.get("Values") or [given.get("Value")]
        counts = given.get("Counts") or [1.0] * len(values)
        if len(values) != len(counts) or len(values) > MOST_VALUES:
            raise invalid(
                f"MetricData.member.{index}: Values and Counts must have the same length, at most {MOST_VALUES}."
            )
        pairs = tuple(zip(values, counts, strict=True))
        sample = Sample(sum(counts), sum(v * c for v, c in pairs), min(values), max(values), pairs)
    if not all(map(math.isfinite, (sample.count, sample.sum, sample.minimum, sample.maximum))):
        raise invalid(f"MetricData.member.{index}: NaN and infinite values are not accepted.")
    return sample
