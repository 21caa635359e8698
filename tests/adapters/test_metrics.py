"""Metrics: at their logical time; only too old a time is forgiven."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cumulet.adapters.metrics import hour_of, put, read

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


class Pages:
    """GetMetricData in two pages: the first metric's values, then the second's."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}

    def get_paginator(self, name: str) -> Pages:
        assert name == "get_metric_data"
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        self.asked = asked
        east = timezone(timedelta(hours=2))
        return [
            {"MetricDataResults": [{"Id": "m0", "Timestamps": [AT.astimezone(east)], "Values": [3.0]}]},
            {"MetricDataResults": [{"Id": "m1", "Timestamps": [AT], "Values": [0.5]}]},
        ]


def test_what_is_read_is_by_metric_and_by_the_hour_in_utc() -> None:
    found = read("Cumulet", {"UseCase": "flights"}, ["Records", "Gap", "Absent"], AT, AT, cloudwatch=Pages())
    assert found == {"Records": {AT: 3.0}, "Gap": {AT: 0.5}, "Absent": {}}
    assert next(iter(found["Records"])).tzinfo is UTC


def test_the_hour_of_the_last_moment_is_asked_for_too() -> None:
    pages = Pages()
    read("Cumulet", {"UseCase": "flights"}, ["Records", "Gap"], AT, AT + timedelta(minutes=20), cloudwatch=pages)
    assert (pages.asked["StartTime"], pages.asked["EndTime"]) == (AT, AT + timedelta(hours=1))


def test_the_hour_of_a_moment_is_in_utc() -> None:
    assert hour_of(datetime(2013, 4, 1, 3, 25, tzinfo=timezone(-timedelta(hours=4)))) == AT
