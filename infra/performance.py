"""The alarms on performance, which start Training; and how every alarm of ours judges a night."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from cumulet.contracts import metrics
from cumulet.contracts.settings import UseCaseSettings

ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
BELOW = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD


class PerformanceAlarms(Construct):
    """Two alarms on the champion's figures over the last labelled days. What follows from them is not decided here, so
    that `monitor` can be told their names."""

    def __init__(self, scope: Construct, id: str, *, settings: UseCaseSettings) -> None:
        super().__init__(scope, id)
        limits, name = settings.alarms, settings.name
        gap, skill = nightly(name, metrics.CALIBRATION_GAP), nightly(name, metrics.SKILL)
        self.alarms = (
            alarm(self, "Calibration", gap, ABOVE, limits.calibration_gap, limits.nights),
            alarm(self, "Skill", skill, BELOW, limits.skill, limits.nights),
        )
        self.names = ",".join(each.alarm_name for each in self.alarms)


def alarm(
    scope: Construct,
    id: str,
    metric: cloudwatch.Metric,
    operator: cloudwatch.ComparisonOperator,
    limit: float,
    nights: int = 1,
) -> cloudwatch.Alarm:
    """An alarm that needs `nights` breaches in a row; what was not measured does not breach."""
    return metric.create_alarm(
        scope,
        id,
        comparison_operator=operator,
        threshold=limit,
        evaluation_periods=nights,
        datapoints_to_alarm=nights,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
    )


def nightly(use_case: str, name: str) -> cloudwatch.Metric:
    """A metric of ours: a night is a period."""
    return cloudwatch.Metric(
        namespace=metrics.NAMESPACE,
        metric_name=name,
        dimensions_map=metrics.dimensions(use_case),
        statistic="Average",
        period=Duration.days(1),
    )
