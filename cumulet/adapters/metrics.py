"""Metrics in CloudWatch, at their logical time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from cumulet.adapters.session import client

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
