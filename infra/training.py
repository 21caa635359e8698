"""Training: snapshot → fit → evaluate and register, at most once in a cool-down unless forced."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cumulet.contracts.settings import UseCaseSettings
from infra.cool_down import TAKEN, CoolDown, cool_down_ms
from infra.jobs import Jobs
from infra.state_machine import StateMachine, sagemaker_job

ATTEMPT = "$substring($replace($states.context.Execution.Name, /[^a-zA-Z0-9-]/, '-'), 0, 36)"
"""An attempt is an execution: its name, short enough for the names of its jobs."""
RUN = f"""(
    $given := $exists($states.input.run) ? $states.input.run : '';
    $forced := $exists($states.input.force) and $states.input.force;
    $given != '' ? $given : $forced ? {ATTEMPT} : $substring($states.input.time, 0, 10) & '-alarm'
)"""
"""A run is what a model is named after: an alarm's is its day, so that an attempt that was killed and one made after it
hand over the same."""

ERROR = {"error": "{% $states.errorOutput.Error %}", "cause": "{% $states.errorOutput.Cause %}"}


class Training(Construct):
    """Makes a candidate from what was known at a moment, and registers it with its evaluation.

    Input: TrainingRequest. The cool-down counts from the request's logical time and is kept in a table, so neither a
    restart nor a second alarm starts a training too many; a run that fails gives it back, and the alarm whose run was
    killed may ask for it again.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: UseCaseSettings, jobs: Jobs, table: dynamodb.ITable
    ) -> None:
        super().__init__(scope, id)
        cool_down = CoolDown(self, "CoolDown", use_case=settings.name, table=table)
        forced = sfn.Choice.jsonata(self, "Forced?")
        cooling = sfn.Pass.jsonata(self, "Cooling down", outputs={"started": False, "reason": "{% $reason %}"})
        snapshot = sagemaker_job(self, "Snapshot", operation="createProcessingJob", arguments=jobs.snapshot())
        fit = sagemaker_job(self, "Fit", operation="createTrainingJob", arguments=jobs.fit())
        evaluate = sagemaker_job(self, "Evaluate", operation="createProcessingJob", arguments=jobs.evaluate())
        done = sfn.Pass.jsonata(self, "Registered", outputs={"started": True, "run": "{% $run %}"})
        failed = sfn.Fail.jsonata(self, "Failed", error="{% $error %}", cause="{% $cause %}")

        train = snapshot.next(fit).next(evaluate).next(done)
        is_forced = sfn.Condition.jsonata("{% $exists($states.input.force) and $states.input.force %}")
        forced.when(is_forced, train).otherwise(cool_down.take.next(train))
        cool_down.take.add_catch(cooling, errors=[TAKEN])
        for job in (snapshot, fit, evaluate):
            job.add_catch(cool_down.give_back, errors=["States.ALL"], assign=ERROR)
        cool_down.give_back.add_catch(failed, errors=["States.ALL"]).next(failed)

        states = StateMachine(
            self,
            "States",
            start=self._begin(cool_down_ms(settings.alarms.cool_down_days)).next(forced),
            timeout=Duration.hours(12),
            comment=f"Trains, evaluates and registers a model of {settings.name}.",
        )
        jobs.grant_run(states)
        table.grant(states.machine, "dynamodb:UpdateItem")
        self.machine = states.machine

    def _begin(self, cool_down: int) -> sfn.Pass:
        """Name the run, and when the next may start: `cool_down` milliseconds after the request's time."""
        variables = {
            "attempt": f"{{% {ATTEMPT} %}}",
            "run": f"{{% {RUN} %}}",
            "time": "{% $fromMillis($toMillis($states.input.time)) %}",
            "until": f"{{% $fromMillis($toMillis($states.input.time) + {cool_down}) %}}",
            "reason": "{% $states.input.reason %}",
        }
        return sfn.Pass.jsonata(self, "Begin", assign=variables)
