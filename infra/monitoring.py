"""Monitoring: alarms on what hurts. Those on performance start Training; the others tell people.

No alarm is on drift. Over seven nights PredictionDrift went from 0.5 to 0.03 within the first fortnight of April 2013,
before performance had broken its limits: seasons move inputs and predictions, and a threshold that stays quiet then
says nothing later. Drift is a metric, to explain what a performance alarm found.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cumulet.contracts import metrics
from cumulet.contracts.settings import UseCaseSettings

ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
BELOW = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD


class Monitoring(Construct):
    """At most ten alarms: a night is a period, and what was not measured does not breach."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: UseCaseSettings,
        topic: sns.ITopic,
        server_errors: cloudwatch.Metric,
        training: sfn.IStateMachine,
        machines: Sequence[sfn.IStateMachine],
    ) -> None:
        super().__init__(scope, id)
        limits, name = settings.alarms, settings.name
        performance = [
            self._alarm(
                "Calibration", _nightly(name, metrics.CALIBRATION_GAP), ABOVE, limits.calibration_gap, nights=3
            ),
            self._alarm("Skill", _nightly(name, metrics.BRIER_SKILL), BELOW, limits.brier_skill, nights=3),
        ]
        self.alarms = [
            *performance,
            self._alarm("Quarantined", _nightly(name, metrics.QUARANTINED), ABOVE, limits.quarantined),
            self._alarm("NoRecords", _nightly(name, metrics.RECORDS), BELOW, 1),
            self._alarm("ServerErrors", server_errors, ABOVE, 5),
        ]
        for alarm in self.alarms:
            alarm.add_alarm_action(actions.SnsAction(topic))
        request = {"time": events.EventField.time, "reason": events.EventField.from_path("$.detail.alarmName")}
        events.Rule(
            self,
            "Retrain",
            description="A performance alarm starts Training.",
            event_pattern=events.EventPattern(
                source=["aws.cloudwatch"],
                detail_type=["CloudWatch Alarm State Change"],
                resources=[alarm.alarm_arn for alarm in performance],
                detail={"state": {"value": ["ALARM"]}},
            ),
            targets=[targets.SfnStateMachine(training, input=events.RuleTargetInput.from_object(request))],
        )
        events.Rule(
            self,
            "Failed",
            description="A night, a training or a release failed.",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "status": ["FAILED", "TIMED_OUT", "ABORTED"],
                    "stateMachineArn": [machine.state_machine_arn for machine in machines],
                },
            ),
            targets=[targets.SnsTopic(topic)],
        )

    def _alarm(
        self, id: str, metric: cloudwatch.Metric, operator: cloudwatch.ComparisonOperator, limit: float, nights: int = 1
    ) -> cloudwatch.Alarm:
        return metric.create_alarm(
            self,
            id,
            comparison_operator=operator,
            threshold=limit,
            evaluation_periods=nights,
            datapoints_to_alarm=nights,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )


def _nightly(use_case: str, name: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=metrics.NAMESPACE,
        metric_name=name,
        dimensions_map=metrics.dimensions(use_case),
        statistic="Average",
        period=Duration.days(1),
    )
