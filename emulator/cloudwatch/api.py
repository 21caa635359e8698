"""CloudWatch's operations: who may call each, and who answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore import xform_name

from emulator.cloudwatch import wire
from emulator.cloudwatch.alarm_operations import AlarmOperations
from emulator.cloudwatch.other_operations import DashboardOperations
from emulator.cloudwatch.support import remedy_of
from emulator.errors import NotImplementedByName, ServiceError
from emulator.service import Cloud, Request, Response

Operation = Callable[[Mapping[str, Any]], dict[str, Any]]


class Api:
    """Decodes a request, lets IAM decide, calls the operation of one of the groups, encodes its answer."""

    def __init__(
        self, *, cloud: Cloud, alarms: AlarmOperations, dashboards: DashboardOperations, others: Sequence[object]
    ) -> None:
        self._cloud = cloud
        self._alarms = alarms
        self._dashboards = dashboards
        self._groups = (alarms, dashboards, *others)

    def answer(self, request: Request) -> Response:
        """The answer to a request, errors included, in its own wire protocol."""
        try:
            call = wire.decode(request)
            operation = self._operation(call.operation)
            for resource in self._resources(call):
                context = {"cloudwatch:namespace": call.parameters["Namespace"]} if _names_namespace(call) else {}
                self._cloud.authorize(request, f"cloudwatch:{call.operation}", resource, context)
            return wire.encode(request, call.operation, operation(call.parameters))
        except ServiceError as error:
            return wire.encode_error(request, error)

    def _operation(self, name: str) -> Operation:
        for group in self._groups:
            found: Operation | None = getattr(group, xform_name(name), None)
            if found is not None:
                return found
        raise NotImplementedByName(f"CloudWatch's {name}", remedy_of(name))

    def _resources(self, call: wire.Call) -> list[str]:
        """The resources that IAM is asked about: an alarm, a dashboard, or `*` where AWS has none."""
        given = call.parameters
        names = given.get("AlarmNames") or ([given["AlarmName"]] if "AlarmName" in given else [])
        if names and call.operation not in ("DescribeAlarms", "DescribeAlarmHistory"):
            return [self._alarms.arn(name) for name in names]
        boards = given.get("DashboardNames") or ([given["DashboardName"]] if "DashboardName" in given else [])
        if boards:
            return [self._dashboards.arn(name) for name in boards]
        return [given.get("ResourceARN", "*")]


def _names_namespace(call: wire.Call) -> bool:
    return call.operation == "PutMetricData"
