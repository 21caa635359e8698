"""Training: snapshot → fit → evaluate and register, at most once in a cool-down unless forced."""

from __future__ import annotations

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cumulet.contracts.settings import UseCaseSettings
from infra.jobs import Jobs
from infra.state_machine import StateMachine, sagemaker_job

DAY = 86_400_000
"""Milliseconds."""


class Training(Construct):
    """Makes a candidate from what was known at a moment, and registers it with its evaluation.

    Input: TrainingRequest. The cool-down counts from the request's logical time and is kept in a table, so neither a
    restart nor a second alarm starts a training too many; a run that fails gives it back.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: UseCaseSettings, jobs: Jobs, table: dynamodb.ITable
    ) -> None:
        super().__init__(scope, id)
        cool_down = settings.alarms.cool_down_days * DAY
        begin = sfn.Pass.jsonata(
            self,
            "Begin",
            assign={
                "run": "{% $substring($replace($states.context.Execution.Name, /[^a-zA-Z0-9-]/, '-'), 0, 36) %}",
                "time": "{% $fromMillis($toMillis($states.input.time)) %}",
                "until": f"{{% $fromMillis($toMillis($states.input.time) + {cool_down}) %}}",
                "reason": "{% $states.input.reason %}",
            },
        )
        forced = sfn.Choice.jsonata(self, "Forced?")
        cool = self._update("Cool-down", settings, table, "attribute_not_exists(#until) OR #until <= :time", "{% $until %}")
        cooling = sfn.Succeed.jsonata(self, "Cooling down", outputs={"started": False, "reason": "{% $reason %}"})
        snapshot = sagemaker_job(self, "Snapshot", operation="createProcessingJob", arguments=jobs.snapshot())
        fit = sagemaker_job(self, "Fit", operation="createTrainingJob", arguments=jobs.fit())
        evaluate = sagemaker_job(self, "Evaluate", operation="createProcessingJob", arguments=jobs.evaluate())
        done = sfn.Succeed.jsonata(self, "Registered", outputs={"started": True, "run": "{% $run %}"})
        give_back = self._update("Give back the cool-down", settings, table, "#until = :until", "{% $time %}")
        failed = sfn.Fail.jsonata(self, "Failed", error="{% $error %}", cause="{% $cause %}")

        taken = "DynamoDB.ConditionalCheckFailedException"
        cool.add_catch(cooling, errors=[taken])
        give_back.add_catch(failed, errors=["States.ALL"])
        give_back.next(failed)
        error = {"error": "{% $states.errorOutput.Error %}", "cause": "{% $states.errorOutput.Cause %}"}
        for job in (snapshot, fit, evaluate):
            job.add_catch(give_back, errors=["States.ALL"], assign=error)
        train = snapshot.next(fit).next(evaluate).next(done)
        is_forced = sfn.Condition.jsonata("{% $exists($states.input.force) and $states.input.force %}")
        forced.when(is_forced, train).otherwise(cool.next(train))

        states = StateMachine(
            self,
            "States",
            start=begin.next(forced),
            timeout=Duration.hours(12),
            comment=f"Trains, evaluates and registers a model of {settings.name}.",
        )
        jobs.grant_run(states)
        table.grant(states.machine, "dynamodb:UpdateItem")
        self.machine = states.machine

    def _update(
        self, id: str, settings: UseCaseSettings, table: dynamodb.ITable, condition: str, until: str
    ) -> sfn.CustomState:
        """Set when the next training may start, on a condition; the input is passed on."""
        values: dict[str, Any] = {":new": {"S": until}}
        values[":until" if ":until" in condition else ":time"] = {"S": "{% $until %}" if ":until" in condition else "{% $time %}"}
        return sfn.CustomState(
            self,
            id,
            state_json={
                "Type": "Task",
                "Resource": f"arn:{table.stack.partition}:states:::dynamodb:updateItem",
                "Arguments": {
                    "TableName": table.table_name,
                    "Key": {"pk": {"S": settings.name}, "sk": {"S": "training#cool-down"}},
                    "UpdateExpression": "SET #until = :new",
                    "ConditionExpression": condition,
                    "ExpressionAttributeNames": {"#until": "until"},
                    "ExpressionAttributeValues": values,
                },
                "Output": "{% $states.input %}",
            },
        )
