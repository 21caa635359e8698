from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.parsers import QueryParser
from botocore.serialize import QuerySerializer

from emulator.cloudwatch import query, wire
from emulator.errors import ServiceError
from emulator.service import Request

AT = datetime(2013, 4, 1, 7, tzinfo=UTC)


def request(body: str) -> Request:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Request("POST", "/", headers, {}, body.encode(), "test", "000000000000", "us-east-1")


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("DescribeAlarms", {"AlarmNames": ["a", "b & c"], "MaxRecords": 5}),
    ("DescribeAlarms", {"AlarmNames": []}),
    ("DisableAlarmActions", {"AlarmNames": [str(n) for n in range(12)]}),
    (
        "PutMetricData",
        {
            "Namespace": "Mine",
            "MetricData": [
                {"MetricName": "m", "Values": [1.5, 2.0], "Counts": [1.0, 3.0], "Timestamp": AT, "Unit": "Count"},
                {"MetricName": "ü", "Value": -3.25, "Dimensions": [{"Name": "a", "Value": "b=c&d"}]},
            ],
        },
    ),
    (
        "PutMetricAlarm",
        {
            "AlarmName": "a",
            "ActionsEnabled": False,
            "EvaluationPeriods": 1,
            "Threshold": 0.5,
            "ComparisonOperator": "GreaterThanThreshold",
            "Metrics": [{"Id": "e1", "Expression": "m1/m2", "ReturnData": True}],
        },
    ),
]


@pytest.mark.parametrize(("operation", "given"), CALLS)
def test_what_botocore_writes_is_read(operation: str, given: dict[str, Any]) -> None:
    written = QuerySerializer().serialize_to_request(given, wire.model().operation_model(operation))
    found = wire.decode(request(urlencode(written["body"])))
    assert (found.operation, found.parameters) == (operation, given)


ANSWERS: list[tuple[str, dict[str, Any]]] = [
    ("ListMetrics", {"Metrics": [{"Namespace": "N<>", "MetricName": "m", "Dimensions": []}], "NextToken": "5"}),
    ("DescribeAlarms", {"MetricAlarms": [{"AlarmName": "a", "ActionsEnabled": True, "StateUpdatedTimestamp": AT}]}),
    ("GetMetricData", {"MetricDataResults": [{"Id": "m1", "Timestamps": [AT], "Values": [1e-9]}], "Messages": []}),
    (
        "GetMetricStatistics",
        {"Label": "m", "Datapoints": [{"Timestamp": AT, "Sum": 2.0, "ExtendedStatistics": {"p99": 1.25, "p50": 1.0}}]},
    ),
]


@pytest.mark.parametrize(("operation", "answer"), ANSWERS)
def test_what_is_written_botocore_reads(operation: str, answer: dict[str, Any]) -> None:
    shape = wire.model().operation_model(operation).output_shape
    response = wire.encode(request(""), operation, answer)
    parsed = QueryParser().parse({"status_code": 200, "headers": {}, "body": response.body}, shape)
    assert len(parsed.pop("ResponseMetadata")["RequestId"]) == 36
    assert parsed == answer


def test_an_answer_without_content_is_read_too() -> None:
    response = wire.encode(request(""), "PutMetricData", {})
    parsed = QueryParser().parse({"status_code": 200, "headers": {}, "body": response.body}, None)
    assert parsed["ResponseMetadata"]["RequestId"]


def test_an_error_is_read_with_its_code_and_message() -> None:
    response = wire.encode_error(request(""), ServiceError("ResourceNotFound", "no <alarm> & no board", 404))
    parsed = QueryParser().parse({"status_code": 404, "headers": {}, "body": response.body}, None)
    assert parsed["Error"] == {"Type": "Sender", "Code": "ResourceNotFound", "Message": "no <alarm> & no board"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("Action=MakeCoffee", "InvalidAction"),
        ("", "InvalidAction"),
        ("Action=DescribeAlarms&MaxRecords=many", "MalformedInput"),
        ("Action=PutMetricData", "ValidationError"),
    ],
)
def test_what_makes_no_sense_is_refused(body: str, code: str) -> None:
    with pytest.raises(ServiceError) as refused:
        wire.decode(request(body))
    assert refused.value.code == code
    assert query.encode_error(refused.value).status == 400
