"""Metrics of log lines, and CloudWatch over the old protocol, on a running emulator."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

from tests.emulator.running import RunningEmulator

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def logs(emulator: RunningEmulator) -> Any:
    client = emulator.client("logs")
    client.create_log_group(logGroupName="mine")
    client.create_log_stream(logGroupName="mine", logStreamName="s")
    return client


def put(logs: Any, *messages: str) -> None:
    events = [{"timestamp": int(time.time() * 1000), "message": message} for message in messages]
    logs.put_log_events(logGroupName="mine", logStreamName="s", logEvents=events)


def total(emulator: RunningEmulator, name: str) -> float:
    now = time.time()
    found = emulator.client("cloudwatch").get_metric_statistics(
        Namespace="Mine", MetricName=name, StartTime=now - 600, EndTime=now + 60, Period=60, Statistics=["Sum"]
    )
    return float(sum(point["Sum"] for point in found["Datapoints"]))


def test_a_metric_filter_counts_the_lines_that_are_put(emulator: RunningEmulator, logs: Any) -> None:
    counted = {"metricName": "Slow", "metricNamespace": "Mine", "metricValue": "$.ms", "defaultValue": 0.0}
    logs.put_metric_filter(
        logGroupName="mine", filterName="slow", filterPattern="{ $.ms > 100 }", metricTransformations=[counted]
    )
    put(logs, '{"ms": 120}', '{"ms": 20}', "no json")
    assert total(emulator, "Slow") == 120.0
    logs.delete_metric_filter(logGroupName="mine", filterName="slow")
    put(logs, '{"ms": 500}')
    assert total(emulator, "Slow") == 120.0


def test_a_metric_filter_can_be_tried_and_a_wrong_one_is_refused(logs: Any) -> None:
    found = logs.test_metric_filter(filterPattern="{ $.ms > 100 }", logEventMessages=['{"ms": 7}', '{"ms": 120}'])
    assert found["matches"] == [{"eventNumber": 2, "eventMessage": '{"ms": 120}', "extractedValues": {"$.ms": "120"}}]
    with pytest.raises(ClientError, match="Invalid filter pattern") as refused:
        logs.put_metric_filter(
            logGroupName="mine", filterName="wrong", filterPattern="{ ms }",
            metricTransformations=[{"metricName": "m", "metricNamespace": "Mine", "metricValue": "1"}],
        )  # fmt: skip
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"


def test_an_embedded_document_in_any_log_group_becomes_metrics(emulator: RunningEmulator, logs: Any) -> None:
    directive = {"Namespace": "Mine", "Dimensions": [[]], "Metrics": [{"Name": "Rows", "Unit": "Count"}]}
    metadata = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    put(logs, json.dumps({"_aws": metadata, "Rows": 970}))
    assert total(emulator, "Rows") == 970.0


def test_a_client_of_the_old_query_protocol_is_served(emulator: RunningEmulator) -> None:
    session = Session()
    model = session.get_component("data_loader").load_service_model("cloudwatch", "service-2")
    old = {**model, "metadata": {**model["metadata"], "protocol": "query", "protocols": ["query"]}}
    session.get_component("data_loader").load_service_model = _instead(session, old)
    client = session.create_client(
        "cloudwatch", region_name="us-east-1", endpoint_url=emulator.endpoint,
        aws_access_key_id="test", aws_secret_access_key="test",
    )  # fmt: skip
    assert client.meta.service_model.resolved_protocol == "query"
    client.put_metric_data(Namespace="Old", MetricData=[{"MetricName": "m", "Value": 2.5}])
    assert client.list_metrics(Namespace="Old")["Metrics"][0]["MetricName"] == "m"
    client.put_metric_alarm(
        AlarmName="old & <odd>", Namespace="Old", MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1.0, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    alarm = client.describe_alarms(AlarmNames=["old & <odd>"])["MetricAlarms"][0]
    assert (alarm["Threshold"], alarm["ActionsEnabled"]) == (1.0, True)
    with pytest.raises(ClientError) as refused:
        client.delete_alarms(AlarmNames=["none"])
    assert refused.value.response["Error"]["Code"] == "ResourceNotFound"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def _instead(session: Session, old: dict[str, Any]) -> Any:
    load = session.get_component("data_loader").load_service_model
    return lambda name, kind, api_version=None: (
        old if (name, kind) == ("cloudwatch", "service-2") else load(name, kind, api_version)
    )
