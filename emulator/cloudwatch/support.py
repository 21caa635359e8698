"""What of CloudWatch is here: every operation of botocore's model, with what it does or why it is refused."""

from __future__ import annotations

from functools import cache

from botocore.loaders import Loader
from botocore.model import ServiceModel

# operation: (faithful or stored, a note)
IMPLEMENTED = {
    "DeleteAlarms": ("faithful", "all or none; what a composite alarm depends on stays"),
    "DeleteDashboards": ("faithful", "all or none"),
    "DescribeAlarmHistory": ("faithful", "items are never forgotten"),
    "DescribeAlarms": ("faithful", "filters, children, parents, pages"),
    "DescribeAlarmsForMetric": ("faithful", ""),
    "DisableAlarmActions": ("faithful", ""),
    "EnableAlarmActions": ("faithful", ""),
    "GetDashboard": ("stored", "the body as it was put"),
    "GetMetricData": ("faithful", "metric math without SEARCH, anomaly detection and metrics of different periods"),
    "GetMetricStatistics": ("faithful", ""),
    "ListDashboards": ("faithful", ""),
    "ListMetrics": ("faithful", ""),
    "ListTagsForResource": ("faithful", "of alarms"),
    "PutCompositeAlarm": ("faithful", "without ActionsSuppressor"),
    "PutDashboard": ("stored", "the body is checked and kept, not drawn"),
    "PutMetricAlarm": ("faithful", "on a metric or on metric math; sliding window; actions to SNS and Lambda"),
    "PutMetricData": ("faithful", "without entities"),
    "SetAlarmState": ("faithful", ""),
    "TagResource": ("faithful", "of alarms"),
    "UntagResource": ("faithful", "of alarms"),
}
_REMEDIES = {
    "AlarmMuteRule": "disable the alarms' actions (DisableAlarmActions)",
    "AnomalyDetector": "alarm on a static threshold",
    "InsightRule": "put the metric itself, e.g. by a metric filter on the logs",
    "LogAlarm": "alarm on the metric of a metric filter",
    "MetricStream": "read the metrics with GetMetricData",
    "MetricWidgetImage": "draw what GetMetricData gives",
}
_REMEDY = "run this against AWS (unset AWS_ENDPOINT_URL)"


@cache
def operations() -> tuple[str, ...]:
    """Every operation of botocore's model, by name."""
    model = ServiceModel(Loader().load_service_model("cloudwatch", "service-2"), "cloudwatch")
    return tuple(sorted(model.operation_names))


def support() -> dict[str, str]:
    """Operation to `faithful`, `stored` or `refused`, with a note after a colon."""
    found = {}
    for name in operations():
        kind, note = IMPLEMENTED.get(name, ("refused", remedy_of(name)))
        found[name] = f"{kind}: {note}" if note else kind
    return found


def remedy_of(operation: str) -> str:
    """What to do instead of an operation that is refused."""
    return next((remedy for part, remedy in _REMEDIES.items() if part in operation), _REMEDY)
