"""Metrics in CloudWatch, at their logical time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from cumulet.adapters.session import client

HOUR_S = 3600
REFUSED = ("InvalidParameterValue", "InvalidParameterValueException")


def put(
    namespace: str,
    dimensions: Mapping[str, str],
    values: Mapping[str, float],
    at: datetime,
    *,
    cloudwatch: Any = None,
) -> str:
    """Put one datapoint per metric at time `at`; returns why CloudWatch refused them, or an empty string.

    CloudWatch takes datapoints of the last two weeks only: a back-fill of older nights is told so and goes on.
    """
    if not values:
        return ""
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    data = [
        {"MetricName": name, "Dimensions": named, "Timestamp": at, "Value": float(value)}
        for name, value in values.items()
    ]
    try:
        (cloudwatch or client("cloudwatch")).put_metric_data(Namespace=namespace, MetricData=data)
    except ClientError as error:
        detail = error.response["Error"]
        if detail["Code"] not in REFUSED or "timestamp" not in detail["Message"].lower():
            raise
        return f"CloudWatch refused datapoints at {at.isoformat()}: {detail['Message']} (it takes the last two weeks)"
    return ""


def read(
    namespace: str,
    dimensions: Mapping[str, str],
    names: Sequence[str],
    first: datetime,
    last: datetime,
    *,
    cloudwatch: Any = None,
) -> dict[str, dict[datetime, float]]:
    """Per metric its hourly averages from `first` to `last` (both included) by the hour's beginning (UTC)."""
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    queries = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {"Namespace": namespace, "MetricName": name, "Dimensions": named},
                "Period": HOUR_S,
                "Stat": "Average",
            },
        }
        for number, name in enumerate(names)
    ]
    pages = (cloudwatch or client("cloudwatch")).get_paginator("get_metric_data")
    found: dict[str, dict[datetime, float]] = {name: {} for name in names}
    span = {"StartTime": hour_of(first), "EndTime": hour_of(last) + timedelta(hours=1), "ScanBy": "TimestampAscending"}
    for page in pages.paginate(MetricDataQueries=queries, **span):
        for result in page["MetricDataResults"]:
            values = zip(result["Timestamps"], result["Values"], strict=True)
            found[names[int(result["Id"][1:])]].update((at.astimezone(UTC), value) for at, value in values)
    return found


def hour_of(moment: datetime) -> datetime:
    """The beginning of a moment's hour, UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
