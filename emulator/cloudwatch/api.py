"""CloudWatch's operations: who may call each, and who answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore import xform_name

from emulator.cloudwatch import wire
from emulator.cloudwatch.alarm_operations import AlarmOperations
from emulator.cloudwatch.evaluator import Evaluator
from emulator.cloudwatch.metric_operations import MetricOperations
from emulator.cloudwatch.other_operations import DashboardOperations, TagOperations
from emulator.cloudwatch.store import Store
from emulator.errors import NotImplementedByName, ServiceError
from emulator.service import Cloud, Request, Response

Operation = Callable[[Mapping[str, Any]], dict[str, Any]]
REMEDY = "use metrics, metric alarms and dashboards, or run against AWS (unset AWS_ENDPOINT_URL)"


class Api:
    """Decodes a request, lets IAM decide, calls the operation, encodes its answer."""

    def __init__(self, *, store: Store, cloud: Cloud, evaluator: Evaluator) -> None:
        self._cloud = cloud
        self.alarms = AlarmOperations(store=store, cloud=cloud, evaluator=evaluator)
        self.dashboards = DashboardOperations(store=store, cloud=cloud)
        self.tags = TagOperations(store=store)
        self._groups = (
            MetricOperations(store=store, cloud=cloud, evaluator=evaluator),
            self.alarms,
            self.dashboards,
            self.tags,
        )

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
        raise NotImplementedByName(f"CloudWatch's {name}", REMEDY)

    def _resources(self, call: wire.Call) -> list[str]:
        """The resources that IAM is asked about: an alarm, a dashboard, or `*` where AWS has none."""
        given = call.parameters
        names = given.get("AlarmNames") or ([given["AlarmName"]] if "AlarmName" in given else [])
        if names and call.operation != "DescribeAlarms":
            return [self.alarms.arn(name) for name in names]
        boards = given.get("DashboardNames") or ([given["DashboardName"]] if "DashboardName" in given else [])
        if boards:
            return [self.dashboards.arn(name) for name in boards]
        return [given.get("ResourceARN", "*")]


def _names_namespace(call: wire.Call) -> bool:
    return call.operation == "PutMetricData"
