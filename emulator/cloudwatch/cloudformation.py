"""AWS::CloudWatch::Alarm and ::Dashboard for CloudFormation; composite alarms are refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from emulator.cloudwatch.api import Api
from emulator.errors import NotImplementedByName
from emulator.naming import physical_name
from emulator.service import Cloud, Provisioned

Properties = Mapping[str, Any]
_NUMBERS = {"Threshold": float, "Period": int, "EvaluationPeriods": int, "DatapointsToAlarm": int}


def register(cloud: Cloud, api: Api) -> None:
    """Make the types known."""
    alarms, boards = _Alarms(api), _Dashboards(api)
    cloud.register_resource_type("AWS::CloudWatch::Alarm", alarms.create, alarms.update, alarms.delete)
    cloud.register_resource_type("AWS::CloudWatch::Dashboard", boards.create, boards.update, boards.delete)
    cloud.register_resource_type("AWS::CloudWatch::CompositeAlarm", _refuse, _refuse, _nothing)


class _Alarms:
    def __init__(self, api: Api) -> None:
        self._api = api

    def create(self, logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
        return self._put(properties.get("AlarmName") or physical_name(stack_name, logical_id, 255), properties)

    def update(self, physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        return self._put(new.get("AlarmName") or physical_id, new)

    def delete(self, physical_id: str, properties: Properties) -> None:
        if self._api.alarms.describe_alarms({"AlarmNames": [physical_id]})["MetricAlarms"]:
            self._api.alarms.delete_alarms({"AlarmNames": [physical_id]})

    def _put(self, name: str, properties: Properties) -> Provisioned:
        typed = {key: _NUMBERS.get(key, _same)(value) for key, value in properties.items()}
        if isinstance(enabled := typed.get("ActionsEnabled"), str):
            typed["ActionsEnabled"] = enabled.lower() == "true"
        arn = self._api.alarms.arn(name)
        self._api.alarms.put_metric_alarm({**typed, "AlarmName": name})
        if typed.get("Tags"):
            self._api.tags.tag_resource({"ResourceARN": arn, "Tags": typed["Tags"]})
        return Provisioned(name, {"Arn": arn})


class _Dashboards:
    def __init__(self, api: Api) -> None:
        self._api = api

    def create(self, logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
        return self._put(properties.get("DashboardName") or physical_name(stack_name, logical_id, 255), properties)

    def update(self, physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        return self._put(new.get("DashboardName") or physical_id, new)

    def delete(self, physical_id: str, properties: Properties) -> None:
        if self._api.dashboards.list_dashboards({"DashboardNamePrefix": physical_id})["DashboardEntries"]:
            self._api.dashboards.delete_dashboards({"DashboardNames": [physical_id]})

    def _put(self, name: str, properties: Properties) -> Provisioned:
        self._api.dashboards.put_dashboard({"DashboardName": name, "DashboardBody": properties["DashboardBody"]})
        return Provisioned(name)


def _same(value: Any) -> Any:
    return value


def _refuse(*_: Any) -> NoReturn:
    raise NotImplementedByName(
        "AWS::CloudWatch::CompositeAlarm", "let a rule on the alarms' state changes combine them"
    )


def _nothing(physical_id: str, properties: Properties) -> None:
    """A resource that was never made needs no deletion."""
