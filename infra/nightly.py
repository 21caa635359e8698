"""Nightly: ingest → context features → batch transform → monitor, at the use case's cut-off.

A day that breaks what is expected of it is set aside by ingest: people are told, and the night ends there.

An alarm sets off Training when it changes to red. One that stays red, because that was within the cool-down or because
the gate refused the candidate, changes no more: the first night after the cool-down answers it.
"""

from __future__ import annotations

from aws_cdk import Duration, TimeZone
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from cumulet.contracts.settings import UseCaseSettings
from infra.cool_down import LookAtCoolDown
from infra.state_machine import StateMachine, invoke, sagemaker_job


class Nightly(Construct):
    """Scores the day that begins, with what is known at the cut-off.

    Input {"date": …}: a date (a back-fill) or the schedule's time stamp. A night without records, or before any
    model is live, goes straight to Monitor.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: UseCaseSettings,
        ingest: lambda_.IFunction,
        features: lambda_.IFunction,
        monitor: lambda_.IFunction,
        transform_role: iam.IRole,
        training: sfn.IStateMachine,
        table: dynamodb.ITable,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        date = {"date": "{% $date %}"}
        given = {"date": "{% $states.input.date %}"}
        known = {"date": "{% $states.result.Payload.date %}"}

        ingested = invoke(self, "Ingest", function=ingest, payload=given, assign=known)
        featured = invoke(self, "Features", function=features, payload=date)
        scored = sagemaker_job(
            self,
            "Score",
            operation="createTransformJob",
            arguments=_transform(settings, "{% $states.input.model_name %}"),
        )
        monitored = invoke(self, "Monitor", function=monitor, payload=date)
        monitored.next(self._answer(settings.name, training, table))

        score = scored.next(monitored)
        with_model = sfn.Choice.jsonata(self, "A model is live?")
        with_model.when(sfn.Condition.jsonata("{% $states.input.model_name = '' %}"), monitored).otherwise(score)
        with_records = sfn.Choice.jsonata(self, "Any records?")
        with_records.when(sfn.Condition.jsonata("{% $states.input.records = 0 %}"), monitored)
        with_records.otherwise(featured.next(with_model))

        self.states = StateMachine(
            self,
            "States",
            start=ingested.next(self._stop(settings.name, topic).otherwise(with_records)),
            timeout=Duration.hours(6),
            comment=f"Scores the day that begins, for {settings.name}.",
        )
        self.states.allow_jobs("TransformJob", names=f"{settings.name}-*", role=transform_role)
        table.grant(self.states.machine, "dynamodb:GetItem")
        self.machine = self.states.machine
        scheduler.Schedule(
            self,
            "Schedule",
            description=f"The cut-off of {settings.name}.",
            schedule=scheduler.ScheduleExpression.cron(
                minute="0", hour=str(settings.cut_off_hour), time_zone=TimeZone.of(settings.time_zone)
            ),
            target=targets.StepFunctionsStartExecution(
                self.machine,
                input=scheduler.ScheduleTargetInput.from_object({"date": scheduler.ContextAttribute.scheduled_time}),
                retry_attempts=3,
            ),
        )

    def _stop(self, use_case: str, topic: sns.ITopic) -> sfn.Choice:
        """End the night of a day that was set aside, and tell people why; the execution succeeds."""
        message = f"{{% '{use_case} ' & $date & ' was set aside, nothing of it is used: ' & $states.input.set_aside %}}"
        tell = tasks.SnsPublish.jsonata(
            self,
            "Tell",
            topic=topic,
            subject=f"{use_case}: a day was set aside",
            message=sfn.TaskInput.from_text(message),
            outputs="{% $states.input %}",
        )
        stopped = sfn.Choice.jsonata(self, "Set aside?")
        aside = sfn.Succeed.jsonata(self, "Set aside")
        return stopped.when(sfn.Condition.jsonata("{% $states.input.set_aside != '' %}"), tell.next(aside))

    def _answer(self, use_case: str, training: sfn.IStateMachine, table: dynamodb.ITable) -> sfn.Choice:
        """Start Training when an alarm was red before this night and the cool-down is over; the input is passed on.

        Training takes the cool-down itself, on a condition: of several starts one trains.
        """
        over = sfn.Succeed.jsonata(self, "Night over")
        request = {"time": "{% $states.input.time %}", "reason": "{% $states.input.alarms[0] %}"}
        train = tasks.StepFunctionsStartExecution.jsonata(
            self,
            "Train again",
            state_machine=training,
            input=sfn.TaskInput.from_object(request),
            outputs="{% $states.input %}",
        )
        look = LookAtCoolDown(self, "Look", use_case=use_case, table=table).state
        cooled = sfn.Choice.jsonata(self, "Cooled down?")
        cooled.when(
            sfn.Condition.jsonata("{% $until <= $fromMillis($toMillis($states.input.time)) %}"), train.next(over)
        ).otherwise(over)
        red = sfn.Choice.jsonata(self, "Still red?")
        red.when(sfn.Condition.jsonata("{% $count($states.input.alarms) > 0 %}"), look.next(cooled)).otherwise(over)
        return red


def _transform(settings: UseCaseSettings, model_name: str) -> dict[str, object]:
    """Parquet in, Parquet out: one object is one request of at most 100 MB."""
    name = f"{{% '{settings.name}-night-' & $date & '-' & $substring($uuid(), 0, 8) %}}"
    source = {"S3DataType": "S3Prefix", "S3Uri": "{% $states.input.input_uri %}"}
    return {
        "TransformJobName": name,
        "ModelName": model_name,
        "MaxConcurrentTransforms": 1,
        "MaxPayloadInMB": 100,
        "TransformInput": {
            "DataSource": {"S3DataSource": source},
            "ContentType": "application/x-parquet",
            "SplitType": "None",
        },
        "TransformOutput": {"S3OutputPath": "{% $states.input.output_uri %}", "Accept": "application/x-parquet"},
        "TransformResources": {"InstanceType": settings.jobs.transform, "InstanceCount": 1},
    }
