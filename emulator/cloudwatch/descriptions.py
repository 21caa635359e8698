"""Alarms as the world is told of them: the parts of events, of messages to topics and functions.

Source of the shapes: "Alarm events and EventBridge" and "Invoke a Lambda function from an alarm" in the Amazon
CloudWatch user guide.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.cloudwatch.alarms import Alarm, is_composite, metric_of, statistic_of
from emulator.cloudwatch.configuration import ACTIONS
from emulator.cloudwatch.reasons import stamp


def described(alarm: Alarm) -> dict[str, Any]:
    """As DescribeAlarms gives it: times as datetimes."""
    return {
        name: datetime.fromtimestamp(value, UTC) if name.endswith("Timestamp") else value
        for name, value in alarm.items()
    }


def state(alarm: Alarm) -> dict[str, Any]:
    """The state in an event."""
    data = {"reasonData": alarm["StateReasonData"]} if alarm.get("StateReasonData") else {}
    return {
        "value": alarm["StateValue"],
        "reason": alarm["StateReason"],
        **data,
        "timestamp": stamp(alarm["StateUpdatedTimestamp"]),
    }


def configuration(alarm: Alarm) -> dict[str, Any]:
    """What an alarm watches, in an event."""
    description = {"description": alarm["AlarmDescription"]} if alarm.get("AlarmDescription") else {}
    if is_composite(alarm):
        return {"alarmRule": alarm["AlarmRule"], **description}
    if "Metrics" in alarm:
        return {"metrics": [_query(query) for query in alarm["Metrics"]], **description}
    # as on AWS the id is arbitrary, here the same for the same alarm
    id = str(uuid.uuid5(uuid.NAMESPACE_URL, alarm["AlarmArn"]))
    stat = {"metric": _metric(alarm), "period": alarm["Period"], "stat": statistic_of(alarm)}
    unit = {"unit": alarm["Unit"]} if alarm.get("Unit") else {}
    return {"metrics": [{"id": id, "metricStat": {**stat, **unit}, "returnData": True}], **description}


def full_configuration(alarm: Alarm) -> dict[str, Any]:
    """The whole configuration, in the event that it changed."""
    names = (
        "AlarmName", "ActionsEnabled", *ACTIONS, "ComparisonOperator", "Threshold", "EvaluationPeriods",
        "DatapointsToAlarm", "TreatMissingData", "EvaluateLowSampleCountPercentile",
    )  # fmt: skip
    fields = {small(name): alarm[name] for name in names if name in alarm}
    return {**configuration(alarm), **fields, "timestamp": stamp(alarm["AlarmConfigurationUpdatedTimestamp"])}


def message(before: Alarm, after: Alarm, account: str, region: str) -> dict[str, Any]:
    """What goes to an SNS topic."""
    watched = {"AlarmRule": after["AlarmRule"]} if is_composite(after) else {"Trigger": _trigger(after)}
    return {
        "AlarmName": after["AlarmName"],
        "AlarmDescription": after.get("AlarmDescription"),
        "AWSAccountId": account,
        "AlarmConfigurationUpdatedTimestamp": stamp(after["AlarmConfigurationUpdatedTimestamp"]),
        "NewStateValue": after["StateValue"],
        "NewStateReason": after["StateReason"],
        "StateChangeTime": stamp(after["StateUpdatedTimestamp"]),
        "Region": region,
        "AlarmArn": after["AlarmArn"],
        "OldStateValue": before["StateValue"],
        **{name: after[name] for name in ACTIONS},
        **watched,
    }


def call(before: Alarm, after: Alarm, account: str, region: str) -> dict[str, Any]:
    """What a function is called with."""
    data = {
        "alarmName": after["AlarmName"],
        "state": state(after),
        "previousState": state(before),
        "configuration": configuration(after),
    }
    return {
        "source": "aws.cloudwatch",
        "alarmArn": after["AlarmArn"],
        "accountId": account,
        "time": stamp(after["StateUpdatedTimestamp"]),
        "region": region,
        "alarmData": data,
    }


def _trigger(alarm: Alarm) -> dict[str, Any]:
    common = {
        "EvaluationPeriods": alarm["EvaluationPeriods"],
        **({"DatapointsToAlarm": alarm["DatapointsToAlarm"]} if "DatapointsToAlarm" in alarm else {}),
        "ComparisonOperator": alarm["ComparisonOperator"],
        "Threshold": alarm["Threshold"],
        "TreatMissingData": alarm["TreatMissingData"],
        "EvaluateLowSampleCountPercentile": alarm.get("EvaluateLowSampleCountPercentile", ""),
    }
    if "Metrics" in alarm:
        return {**common, "Metrics": alarm["Metrics"]}
    kind = "Statistic" if alarm.get("Statistic") else "ExtendedStatistic"
    name = alarm[kind] if kind == "ExtendedStatistic" else re.sub(r"(?<=[a-z])(?=[A-Z])", "_", alarm[kind]).upper()
    return {
        "MetricName": alarm["MetricName"],
        "Namespace": alarm["Namespace"],
        "StatisticType": kind,
        kind: name,
        "Unit": alarm.get("Unit"),
        "Dimensions": [{"value": d["Value"], "name": d["Name"]} for d in alarm["Dimensions"]],
        "Period": alarm["Period"],
        **common,
    }


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    label = {"label": query["Label"]} if query.get("Label") else {}
    common = {"id": query["Id"], **label, "returnData": query.get("ReturnData", True)}
    if "Expression" in query:
        return {"expression": query["Expression"], **common}
    given = query["MetricStat"]
    stat = {"metric": _metric(given["Metric"]), "period": given["Period"], "stat": given["Stat"]}
    return {"metricStat": {**stat, **({"unit": given["Unit"]} if given.get("Unit") else {})}, **common}


def _metric(given: Mapping[str, Any]) -> dict[str, Any]:
    metric = metric_of(given)
    return {"namespace": metric.namespace, "name": metric.name, "dimensions": dict(metric.dimensions)}


def small(name: str) -> str:
    """A field's name as events and history items write it."""
    return name[:2].lower() + name[2:] if name.startswith("OK") else name[0].lower() + name[1:]
