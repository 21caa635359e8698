"""Release: an approved model package becomes a version of `predict`, and the alias moves to it when it replays."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.state_machine import StateMachine, invoke


class Release(Construct):
    """Publish → Replay → Promote, started by a package's approval. A refusal leaves the alias where it was."""

    def __init__(self, scope: Construct, id: str, *, release: lambda_.IFunction, group: str) -> None:
        super().__init__(scope, id)
        request = {"step": "publish", "model_package": "{% $states.input.model_package %}"}
        publish = invoke(self, "Publish", function=release, payload=request)
        replay = invoke(self, "Replay", function=release, payload="{% $merge([$states.input, {'step': 'replay'}]) %}")
        promote = invoke(
            self, "Promote", function=release, payload="{% $merge([$states.input, {'step': 'promote'}]) %}"
        )
        refused = sfn.Fail.jsonata(
            self, "Refused", error="{% $states.input.error %}", cause="{% $states.input.cause %}"
        )

        error = {"error": "{% $states.errorOutput.Error %}", "cause": "{% $states.errorOutput.Cause %}"}
        for step in (publish, replay, promote):
            step.add_catch(refused, errors=["States.ALL"], outputs=error)
        self.machine = StateMachine(
            self,
            "States",
            start=publish.next(replay).next(promote),
            timeout=Duration.hours(1),
            comment="Releases an approved model package, or refuses it.",
        ).machine
        events.Rule(
            self,
            "Approved",
            description="A model package was approved.",
            event_pattern=events.EventPattern(
                source=["aws.sagemaker"],
                detail_type=["SageMaker Model Package State Change"],
                detail={"ModelPackageGroupName": [group], "ModelApprovalStatus": ["Approved"]},
            ),
            targets=[
                targets.SfnStateMachine(
                    self.machine,
                    input=events.RuleTargetInput.from_object(
                        {"model_package": events.EventField.from_path("$.detail.ModelPackageArn")}
                    ),
                )
            ],
        )
