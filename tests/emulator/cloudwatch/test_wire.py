from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.parsers import JSONParser, RpcV2CBORParser

from emulator.cloudwatch import wire
from emulator.errors import ServiceError
from emulator.service import Request

TARGET = "GraniteServiceVersion20100801."


def request(operation: str, body: bytes, **headers: str) -> Request:
    named = {"x-amz-target": TARGET + operation, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Request("POST", "/", named, {}, body, "test", "000000000000", "us-east-1")


def call(operation: str, given: Any, **headers: str) -> wire.Call:
    return wire.decode(request(operation, json.dumps(given).encode(), **headers))


def test_json_is_understood_and_its_times_are_datetimes() -> None:
    datum = {"MetricName": "m", "Value": 1, "Timestamp": 1364799600}
    found = call("PutMetricData", {"Namespace": "Mine", "MetricData": [datum]})
    assert found.parameters["MetricData"][0]["Timestamp"] == datetime(2013, 4, 1, 7, tzinfo=UTC)


def test_a_compressed_body_is_understood() -> None:
    body = gzip.compress(json.dumps({"Namespace": "Mine"}).encode())
    assert wire.decode(request("PutMetricData", body, content_encoding="gzip")).parameters == {"Namespace": "Mine"}


def test_parameters_are_checked_against_the_service_model() -> None:
    with pytest.raises(ServiceError, match="Namespace") as refused:
        call("PutMetricData", {"MetricData": []})
    assert refused.value.code == "ValidationError"


def test_an_operation_that_cloudwatch_does_not_have_is_named() -> None:
    with pytest.raises(ServiceError, match="MakeCoffee"):
        call("MakeCoffee", {})


def test_an_error_is_written_in_the_protocol_of_its_request() -> None:
    error = ServiceError("ResourceNotFound", "gone", 404)
    answer = wire.encode_error(request("DeleteAlarms", b"{}"), error)
    assert (answer.status, json.loads(answer.body)["__type"]) == (404, "ResourceNotFound")
    cbor = wire.encode_error(request("DeleteAlarms", b"", smithy_protocol="rpc-v2-cbor"), error)
    assert cbor.headers["x-amzn-query-error"] == "ResourceNotFound;Sender"


@pytest.mark.parametrize(
    ("headers", "parser"),
    [({"smithy_protocol": "rpc-v2-cbor"}, RpcV2CBORParser), ({}, JSONParser)],
)
def test_what_is_written_botocore_reads_in_every_protocol(headers: dict[str, str], parser: Any) -> None:
    at = datetime(2013, 4, 1, 7, 0, 0, 250_000, tzinfo=UTC)
    answer = {
        "MetricAlarms": [
            {"AlarmName": "ü", "StateUpdatedTimestamp": at, "Threshold": 0.5, "Period": 60, "ActionsEnabled": False}
        ]
    }
    shape = wire.model().operation_model("DescribeAlarms").output_shape
    response = wire.encode(request("DescribeAlarms", b"{}", **headers), "DescribeAlarms", answer)
    parsed = parser().parse({"status_code": 200, "headers": {**response.headers}, "body": response.body}, shape)
    assert parsed["MetricAlarms"] == answer["MetricAlarms"]
