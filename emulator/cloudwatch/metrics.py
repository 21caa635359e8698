"""What a metric is, and what one datum of PutMetricData says."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel

from emulator.cloudwatch.errors import conflicting, invalid
from emulator.cloudwatch.statistics import Sample

OLDEST = timedelta(days=14)
NEWEST = timedelta(hours=2)
MOST_VALUES = 150
MOST_DIMENSIONS = 30
STANDARD_S = 60  # the resolution of metrics, unless StorageResolution is 1: a datum counts for its whole minute

Dimensions = tuple[tuple[str, str], ...]  # sorted by name


@dataclass(frozen=True)
class Metric:
    """A metric is its namespace, its name and exactly its dimensions."""

    namespace: str
    name: str
    dimensions: Dimensions


@dataclass(frozen=True)
class Datum:
    """One datum: a sample of a metric at a moment (epoch second, the minute's first unless of high resolution)."""

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


def check_namespace(namespace: str) -> None:
    """Raise on a namespace that only AWS's own services may write to."""
    if namespace.startswith("AWS/"):
        raise invalid("The value AWS/ for parameter Namespace is invalid: it is reserved for AWS's own metrics.")


def read_data(namespace: str, data: Sequence[Mapping[str, Any]], now: datetime) -> list[Datum]:
    """The data of a PutMetricData; raises when one of them is refused, and then none counts."""
    return [_read(namespace, index, given, now) for index, given in enumerate(data, start=1)]


def _read(namespace: str, index: int, given: Mapping[str, Any], now: datetime) -> Datum:
    at = given.get("Timestamp", now)
    if not now - OLDEST <= at <= now + NEWEST:
        raise invalid(
            f"The parameter MetricData.member.{index}.Timestamp must specify a time no more than two weeks in the past"
            f" and two hours in the future: {at.isoformat()} (it is {now.isoformat()} by the emulator's clock)."
        )
    metric = Metric(namespace, given["MetricName"], dimensions_of(given.get("Dimensions", ())))
    unit, resolution = given.get("Unit", "None"), given.get("StorageResolution", STANDARD_S)
    if unit not in units():
        raise invalid(f"MetricData.member.{index}.Unit {unit!r}: expected one of {', '.join(sorted(units()))}.")
    if resolution not in (1, STANDARD_S):
        raise invalid(f"MetricData.member.{index}.StorageResolution {resolution}: expected 1 or {STANDARD_S}.")
    return Datum(metric, int(at.timestamp()) // resolution * resolution, unit, _sample(given, index))


@cache
def units() -> frozenset[str]:
    """The units that CloudWatch knows."""
    model = ServiceModel(Loader().load_service_model("cloudwatch", "service-2"), "cloudwatch")
    return frozenset(model.shape_for("StandardUnit").enum)


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
