"""A state machine of ours: JSONata throughout, logged, traced, started by rules and schedules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

THROTTLED: Mapping[str, Any] = {
    "ErrorEquals": ["SageMaker.AmazonSageMakerException", "ThrottlingException"],
    "IntervalSeconds": 5,
    "MaxAttempts": 4,
    "BackoffRate": 2,
    "JitterStrategy": "FULL",
}


class StateMachine(Construct):
    """A standard workflow, its log kept a month."""

    def __init__(self, scope: Construct, id: str, *, start: sfn.IChainable, timeout: Duration, comment: str) -> None:
        super().__init__(scope, id)
        log = logs.LogGroup(self, "Log", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY)
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            definition_body=sfn.DefinitionBody.from_chainable(start),
            query_language=sfn.QueryLanguage.JSONATA,
            comment=comment,
            timeout=timeout,
            tracing_enabled=True,
            logs=sfn.LogOptions(destination=log, level=sfn.LogLevel.ALL, include_execution_data=True),
        )

    def allow_jobs(self, kind: str, *, names: str, role: iam.IRole) -> None:
        """Let the machine run SageMaker jobs of one kind (TransformJob, …) in a role and wait for them.

        What Step Functions' documentation asks of the role of a `.sync` integration.
        """
        stack = Stack.of(self)
        resource = "".join(f"-{c.lower()}" if c.isupper() else c for c in kind)[1:]
        jobs = stack.format_arn(service="sagemaker", resource=resource, resource_name=names)
        actions = [f"sagemaker:{verb}{kind}" for verb in ("Create", "Describe", "Stop")]
        iam.Grant.add_to_principal(grantee=self.machine, actions=[*actions, "sagemaker:AddTags"], resource_arns=[jobs])
        rule = f"StepFunctionsGetEventsForSageMaker{kind.removesuffix('Job')}JobsRule"
        rules = stack.format_arn(service="events", resource="rule", resource_name=rule)
        watch = ["events:PutTargets", "events:PutRule", "events:DescribeRule"]
        iam.Grant.add_to_principal(grantee=self.machine, actions=watch, resource_arns=[rules])
        role.grant_pass_role(self.machine.role)


def sagemaker_job(scope: Construct, id: str, *, operation: str, arguments: Mapping[str, Any]) -> sfn.CustomState:
    """A state that starts a SageMaker job, waits for its end, and passes its own input on."""
    return sfn.CustomState(
        scope,
        id,
        state_json={
            "Type": "Task",
            "Resource": f"arn:{Stack.of(scope).partition}:states:::sagemaker:{operation}.sync",
            "Arguments": arguments,
            "Output": "{% $states.input %}",
            "Retry": [THROTTLED],
        },
    )


def invoke(
    scope: Construct, id: str, *, function: lambda_.IFunction, payload: Any, assign: Mapping[str, Any] | None = None
) -> tasks.LambdaInvoke:
    """A state that calls a function and passes on what it returns; retried as AWS advises for the service's errors."""
    return tasks.LambdaInvoke.jsonata(
        scope,
        id,
        lambda_function=function,
        payload=sfn.TaskInput.from_object(payload) if isinstance(payload, dict) else sfn.TaskInput.from_text(payload),
        outputs="{% $states.result.Payload %}",
        assign=assign,
    )
