"""AWS::CloudWatch::Alarm, ::CompositeAlarm and ::Dashboard for CloudFormation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.model import Shape

from emulator.cloudwatch import wire
from emulator.cloudwatch.alarm_operations import AlarmOperations
from emulator.cloudwatch.other_operations import DashboardOperations, TagOperations
from emulator.errors import ServiceError
from emulator.naming import physical_name
from emulator.service import Cloud, Provisioned

Properties = Mapping[str, Any]
Put = Callable[[Mapping[str, Any]], dict[str, Any]]


def register(cloud: Cloud, *, alarms: AlarmOperations, dashboards: DashboardOperations, tags: TagOperations) -> None:
    """Make the types known."""
    types = {
        "AWS::CloudWatch::Alarm": _Alarms(alarms, tags, "PutMetricAlarm", alarms.put_metric_alarm),
        "AWS::CloudWatch::CompositeAlarm": _Alarms(alarms, tags, "PutCompositeAlarm", alarms.put_composite_alarm),
        "AWS::CloudWatch::Dashboard": _Dashboards(dashboards),
    }
    for name, provisioner in types.items():
        cloud.register_resource_type(name, provisioner.create, provisioner.update, provisioner.delete)


class _Named:
    """A resource that is put by name, on creation and on update alike."""

    property = ""

    def create(self, logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
        return self.put(properties.get(self.property) or physical_name(stack_name, logical_id, 255), properties)

    def update(self, physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        return self.put(new.get(self.property) or physical_id, new)

    def put(self, name: str, properties: Properties) -> Provisioned:
        raise NotImplementedError

    def delete(self, physical_id: str, properties: Properties) -> None:
        raise NotImplementedError


class _Alarms(_Named):
    property = "AlarmName"

    def __init__(self, alarms: AlarmOperations, tags: TagOperations, operation: str, put: Put) -> None:
        self._alarms = alarms
        self._tags = tags
        self._operation = operation
        self._put = put

    def put(self, name: str, properties: Properties) -> Provisioned:
        shape = wire.model().operation_model(self._operation).input_shape
        given = typed({**properties, "AlarmName": name}, shape)
        arn = self._alarms.arn(name)
        self._put(given)
        if given.get("Tags"):
            self._tags.tag_resource({"ResourceARN": arn, "Tags": given["Tags"]})
        return Provisioned(name, {"Arn": arn})

    def delete(self, physical_id: str, properties: Properties) -> None:
        try:
            self._alarms.delete_alarms({"AlarmNames": [physical_id]})
        except ServiceError as error:
            if error.code != "ResourceNotFound":
                raise


class _Dashboards(_Named):
    property = "DashboardName"

    def __init__(self, dashboards: DashboardOperations) -> None:
        self._dashboards = dashboards

    def put(self, name: str, properties: Properties) -> Provisioned:
        self._dashboards.put_dashboard({"DashboardName": name, "DashboardBody": properties["DashboardBody"]})
        return Provisioned(name)

    def delete(self, physical_id: str, properties: Properties) -> None:
        if self._dashboards.list_dashboards({"DashboardNamePrefix": physical_id})["DashboardEntries"]:
            self._dashboards.delete_dashboards({"DashboardNames": [physical_id]})


def typed(value: Any, shape: Shape) -> Any:
    """A template's value as the API takes it: templates may write numbers and booleans as strings."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, Mapping):
        return {k: typed(v, shape.members[k]) if k in shape.members else v for k, v in value.items()}
    if kind == "list" and isinstance(value, list):
        return [typed(item, shape.member) for item in value]
    if kind == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    if kind in ("integer", "long") and isinstance(value, (str, float)):
        return int(value)
    if kind in ("double", "float") and isinstance(value, (str, int)) and not isinstance(value, bool):
        return float(value)
    return value
