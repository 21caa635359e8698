"""Metrics: at their logical time; only too old a time is forgiven."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cumulet.adapters.metrics import put

AT = datetime(2013, 4, 1, 7, tzinfo=UTC)


class CloudWatch:
    def __init__(self, code: str = "", message: str = "") -> None:
        self.error = {"Error": {"Code": code, "Message": message}} if code else None
        self.calls: list[dict[str, Any]] = []

    def put_metric_data(self, **request: Any) -> None:
        self.calls.append(request)
        if self.error:
            raise ClientError(self.error, "PutMetricData")


def test_each_value_is_one_datapoint_at_the_given_time() -> None:
    cloudwatch = CloudWatch()
    assert put("Cumulet", {"UseCase": "flights"}, {"Records": 3}, AT, cloudwatch=cloudwatch) == ""
    (call,) = cloudwatch.calls
    assert call["Namespace"] == "Cumulet"
    dimensions = [{"Name": "UseCase", "Value": "flights"}]
    assert call["MetricData"] == [{"MetricName": "Records", "Dimensions": dimensions, "Timestamp": AT, "Value": 3.0}]


def test_nothing_to_put_is_no_call() -> None:
    cloudwatch = CloudWatch()
    put("Cumulet", {}, {}, AT, cloudwatch=cloudwatch)
    assert cloudwatch.calls == []


def test_a_night_older_than_two_weeks_is_skipped_and_said_so() -> None:
    cloudwatch = CloudWatch("InvalidParameterValue", "The parameter MetricData.member.1.Timestamp must specify a time")
    assert "last two weeks" in put("Cumulet", {}, {"Records": 3}, AT, cloudwatch=cloudwatch)


@pytest.mark.parametrize(("code", "message"), [("AccessDenied", "no"), ("InvalidParameterValue", "Value is NaN")])
def test_any_other_refusal_is_an_error(code: str, message: str) -> None:
    with pytest.raises(ClientError):
        put("Cumulet", {}, {"Records": 3}, AT, cloudwatch=CloudWatch(code, message))
