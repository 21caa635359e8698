"""Monitoring: alarms on what hurts. Those on performance start Training; the others tell people.

No alarm is on drift. Over seven nights of flights PredictionDrift went from 0.5 to 0.03 within a fortnight of April
2013, before performance had broken its limits: seasons move inputs and predictions, and a threshold that stays quiet
then says nothing later. Drift is a metric, to explain what a performance alarm found.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cumulet.contracts import metrics
from cumulet.contracts.settings import UseCaseSettings
from infra.performance import ABOVE, BELOW, alarm, nightly


class Monitoring(Construct):
    """At most ten alarms: a night is a period, and what was not measured does not breach."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: UseCaseSettings,
        topic: sns.ITopic,
        performance: Sequence[cloudwatch.Alarm],
        server_errors: cloudwatch.Metric,
        training: sfn.IStateMachine,
        machines: Sequence[sfn.IStateMachine],
    ) -> None:
        super().__init__(scope, id)
        limits, name = settings.alarms, settings.name
        self.alarms = [
            *performance,
            alarm(self, "Quarantined", nightly(name, metrics.QUARANTINED), ABOVE, limits.quarantined),
            alarm(self, "NoRecords", nightly(name, metrics.RECORDS), BELOW, 1),
            alarm(self, "ServerErrors", server_errors, ABOVE, 5),
        ]
        for each in self.alarms:
            each.add_alarm_action(actions.SnsAction(topic))
        request = {"time": events.EventField.time, "reason": events.EventField.from_path("$.detail.alarmName")}
        events.Rule(
            self,
            "Retrain",
            description="A performance alarm starts Training.",
            event_pattern=events.EventPattern(
                source=["aws.cloudwatch"],
                detail_type=["CloudWatch Alarm State Change"],
                resources=[each.alarm_arn for each in performance],
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
