from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.running import RunningEmulator, eventually

pytestmark = pytest.mark.emulator

FIRST_NIGHT = datetime(2013, 4, 1, 7, tzinfo=UTC)
FLIGHTS = [{"Name": "UseCase", "Value": "flights"}]
ALARM: dict[str, Any] = {
    "AlarmName": "calibration",
    "Namespace": "Cumulet",
    "MetricName": "CalibrationGap",
    "Dimensions": FLIGHTS,
    "Statistic": "Maximum",
    "Period": 86_400,
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 3,
    "Threshold": 0.06,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
}


@pytest.fixture
def training(emulator: RunningEmulator, make_role: Callable[..., str]) -> str:
    """A state machine that a rule starts when the alarm goes off; its ARN."""
    role = make_role("training", "states", {"Effect": "Allow", "Action": "states:StartExecution", "Resource": "*"})
    states = {"Done": {"Type": "Succeed"}}
    definition = json.dumps({"StartAt": "Done", "States": states})
    machine = emulator.client("stepfunctions").create_state_machine(
        name="training", roleArn=role, definition=definition
    )["stateMachineArn"]
    emulator.client("cloudwatch").put_metric_alarm(**ALARM)
    arn = emulator.client("cloudwatch").describe_alarms()["MetricAlarms"][0]["AlarmArn"]
    pattern = {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "resources": [arn],
        "detail": {"state": {"value": ["ALARM"]}},
    }
    emulator.client("events").put_rule(Name="alarm", EventPattern=json.dumps(pattern))
    transformer = {
        "InputPathsMap": {"time": "$.time", "name": "$.detail.alarmName"},
        "InputTemplate": '{"time": <time>, "reason": <name>, "force": false}',
    }
    target = {"Id": "training", "Arn": machine, "RoleArn": role, "InputTransformer": transformer}
    emulator.client("events").put_targets(Rule="alarm", Targets=[target])
    return str(machine)


def test_an_alarm_on_logical_time_starts_the_state_machine_before_the_datum_is_acknowledged(
    emulator: RunningEmulator, training: str
) -> None:
    cloudwatch, states = emulator.client("cloudwatch"), emulator.client("stepfunctions")
    for night, gap in enumerate([0.01, 0.07, 0.08, 0.09]):
        at = FIRST_NIGHT + timedelta(days=night)
        emulator.set_clock(now=at.isoformat())
        assert states.list_executions(stateMachineArn=training)["executions"] == []
        other = {"MetricName": "CalibrationGap", "Dimensions": [{"Name": "UseCase", "Value": "other"}]}
        for datum in ({**other, "Value": 1.0}, {"MetricName": "CalibrationGap", "Dimensions": FLIGHTS, "Value": gap}):
            cloudwatch.put_metric_data(Namespace="Cumulet", MetricData=[{**datum, "Timestamp": at}])
    started = states.list_executions(stateMachineArn=training)["executions"]
    assert len(started) == 1
    execution = states.describe_execution(executionArn=started[0]["executionArn"])
    assert json.loads(execution["input"]) == {"time": "2013-04-04T07:00:00Z", "reason": "calibration", "force": False}

    alarm = cloudwatch.describe_alarms()["MetricAlarms"][0]
    assert alarm["StateValue"] == "ALARM"
    assert alarm["StateReason"].startswith(
        "Threshold Crossed: 3 out of the last 3 datapoints [0.09 (03/04/13 08:00:00)"
    )
    assert json.loads(alarm["StateReasonData"])["recentDatapoints"] == [0.07, 0.08, 0.09]
    assert alarm["StateUpdatedTimestamp"].astimezone(UTC).date().isoformat() == "2013-04-04"
    history = cloudwatch.describe_alarm_history(AlarmName="calibration", HistoryItemType="StateUpdate")
    assert history["AlarmHistoryItems"][0]["HistorySummary"] == "Alarm updated from OK to ALARM"


def test_setting_the_clock_evaluates_the_alarms_before_it_answers(emulator: RunningEmulator) -> None:
    cloudwatch = emulator.client("cloudwatch")
    emulator.set_clock(now="2013-05-01T12:00:00Z")
    cloudwatch.put_metric_alarm(
        **{**ALARM, "AlarmName": "heartbeat", "Period": 60, "EvaluationPeriods": 1, "DatapointsToAlarm": 1}
        | {"MetricName": "Beat", "Threshold": 0.0, "ComparisonOperator": "LessThanThreshold"}
        | {"TreatMissingData": "breaching"}
    )
    beat = {"MetricName": "Beat", "Dimensions": FLIGHTS, "Value": 1.0}
    cloudwatch.put_metric_data(Namespace="Cumulet", MetricData=[beat])
    assert state_of(emulator, "heartbeat") == "OK"
    answer = emulator.set_clock(now="2013-05-01T13:00:00Z")
    assert not answer["went_back"]
    assert state_of(emulator, "heartbeat") == "ALARM"
    assert emulator.set_clock(now="2013-05-01T12:00:00Z")["went_back"]


def state_of(emulator: RunningEmulator, name: str) -> str:
    alarms = emulator.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(alarms[0]["StateValue"])


def test_iam_decides_who_may_put_metrics_and_into_which_namespace(
    emulator: RunningEmulator, make_role: Callable[..., str]
) -> None:
    allowed = {
        "Effect": "Allow",
        "Action": "cloudwatch:PutMetricData",
        "Resource": "*",
        "Condition": {"StringEquals": {"cloudwatch:namespace": "Cumulet"}},
    }
    role = make_role("writer", "lambda", allowed)
    assumed = emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    credentials = {
        "AWS_ACCESS_KEY_ID": assumed["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": assumed["SecretAccessKey"],
        "AWS_SESSION_TOKEN": assumed["SessionToken"],
    }
    writer = emulator.client("cloudwatch", credentials=credentials)
    writer.put_metric_data(Namespace="Cumulet", MetricData=[{"MetricName": "m", "Value": 1.0}])
    for call in (
        lambda: writer.put_metric_data(Namespace="Other", MetricData=[{"MetricName": "m", "Value": 1.0}]),
        lambda: writer.describe_alarms(),
        lambda: writer.delete_alarms(AlarmNames=["calibration"]),
    ):
        with pytest.raises(ClientError, match="is not authorized to perform: cloudwatch") as denied:
            call()
        assert denied.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    forged = emulator.client("cloudwatch", credentials=credentials | {"AWS_SECRET_ACCESS_KEY": "wrong"})
    with pytest.raises(ClientError, match=r"[Ss]ignature"):
        forged.put_metric_data(Namespace="Cumulet", MetricData=[{"MetricName": "m", "Value": 1.0}])


def test_cloudformation_makes_changes_and_deletes_alarms_and_dashboards(emulator: RunningEmulator) -> None:
    cloudformation, cloudwatch = emulator.client("cloudformation"), emulator.client("cloudwatch")
    properties = {name: value for name, value in ALARM.items() if name != "AlarmName"}
    properties["Tags"] = [{"Key": "team", "Value": "data"}]
    template: dict[str, Any] = {
        "Resources": {
            "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties},
            "Board": {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": '{"widgets": []}'}},
        }
    }

    def finished(status: str) -> bool:
        return bool(cloudformation.describe_stacks(StackName="alarms")["Stacks"][0]["StackStatus"] == status)

    cloudformation.create_stack(StackName="alarms", TemplateBody=json.dumps(template))
    eventually(lambda: finished("CREATE_COMPLETE"))
    alarm = cloudwatch.describe_alarms(AlarmNamePrefix="alarms-Alarm-")["MetricAlarms"][0]
    assert {name: alarm[name] for name in properties if name != "Tags"} | {"Tags": properties["Tags"]} == properties
    tags = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
    assert {"Key": "team", "Value": "data"} in tags
    assert len(cloudwatch.list_dashboards(DashboardNamePrefix="alarms-")["DashboardEntries"]) == 1

    properties["Threshold"] = 0.5
    cloudformation.update_stack(StackName="alarms", TemplateBody=json.dumps(template))
    eventually(lambda: finished("UPDATE_COMPLETE"))
    assert cloudwatch.describe_alarms(AlarmNames=[alarm["AlarmName"]])["MetricAlarms"][0]["Threshold"] == 0.5

    cloudformation.delete_stack(StackName="alarms")
    eventually(lambda: not cloudwatch.describe_alarms(AlarmNamePrefix="alarms-")["MetricAlarms"])


@pytest.mark.parametrize(
    ("operation", "parameters", "named"),
    [
        (
            "put_composite_alarm",
            {"AlarmName": "c", "AlarmRule": "TRUE", "ActionsSuppressor": "s"},
            "ActionsSuppressor",
        ),
        (
            "get_metric_data",
            {
                "MetricDataQueries": [{"Id": "a", "Expression": "SEARCH('m', 'Sum')"}],
                "StartTime": FIRST_NIGHT,
                "EndTime": FIRST_NIGHT + timedelta(days=1),
            },
            "SEARCH",
        ),
        ("put_anomaly_detector", {"Namespace": "n", "MetricName": "m", "Stat": "Average"}, "PutAnomalyDetector"),
    ],
)
def test_what_is_not_here_is_refused_by_name(
    emulator: RunningEmulator, operation: str, parameters: dict[str, Any], named: str
) -> None:
    with pytest.raises(ClientError, match=named) as refused:
        getattr(emulator.client("cloudwatch"), operation)(**parameters)
    assert refused.value.response["Error"]["Code"] == "NotImplemented"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_statistics_come_back_by_period(emulator: RunningEmulator) -> None:
    emulator.set_clock(now="2013-06-01T12:00:00Z")
    cloudwatch = emulator.client("cloudwatch")
    at = datetime(2013, 6, 1, 11, tzinfo=UTC)
    data = [{"MetricName": "Rows", "Value": float(v), "Timestamp": at + timedelta(seconds=10 * v)} for v in range(12)]
    cloudwatch.put_metric_data(Namespace="Mine", MetricData=data)
    span = {"StartTime": at, "EndTime": at + timedelta(hours=1)}
    found = cloudwatch.get_metric_statistics(
        Namespace="Mine", MetricName="Rows", Period=60, Statistics=["Sum", "SampleCount"], **span
    )["Datapoints"]
    assert [(point["Sum"], point["SampleCount"]) for point in found] == [(15.0, 6.0), (51.0, 6.0)]
    stat = {"Metric": {"Namespace": "Mine", "MetricName": "Rows"}, "Period": 60, "Stat": "p50"}
    series = cloudwatch.get_metric_data(MetricDataQueries=[{"Id": "rows", "MetricStat": stat}], **span)
    assert series["MetricDataResults"][0]["Values"] == [8.0, 2.0]


def test_an_alarm_acts_through_sns_unless_its_actions_are_off(emulator: RunningEmulator) -> None:
    sqs, sns, cloudwatch = (emulator.client(name) for name in ("sqs", "sns", "cloudwatch"))
    queue = sqs.create_queue(QueueName="alarms")["QueueUrl"]
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:000000000000:alarms")
    cloudwatch.put_metric_alarm(**{**ALARM, "AlarmName": "acts", "AlarmActions": [topic]})
    cloudwatch.disable_alarm_actions(AlarmNames=["acts"])
    cloudwatch.set_alarm_state(AlarmName="acts", StateValue="ALARM", StateReason="quiet")
    cloudwatch.enable_alarm_actions(AlarmNames=["acts"])
    cloudwatch.set_alarm_state(AlarmName="acts", StateValue="OK", StateReason="back")
    cloudwatch.set_alarm_state(AlarmName="acts", StateValue="ALARM", StateReason="loud")
    messages = eventually(lambda: sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"))
    bodies = [json.loads(json.loads(message["Body"])["Message"]) for message in messages]
    assert [(body["AlarmName"], body["NewStateReason"]) for body in bodies] == [("acts", "loud")]
    sns.delete_topic(TopicArn=topic)
    cloudwatch.set_alarm_state(AlarmName="acts", StateValue="OK", StateReason="back")
    cloudwatch.set_alarm_state(AlarmName="acts", StateValue="ALARM", StateReason="nobody hears it")
    last = cloudwatch.describe_alarm_history(AlarmName="acts", HistoryItemType="Action")["AlarmHistoryItems"][0]
    assert json.loads(last["HistoryData"])["actionState"] == "Failed"
    assert "Topic does not exist" in last["HistoryData"]
