"""Step Functions' side: sagemaker:create…Job with and without .sync, and the other operations through aws-sdk.

`.sync` starts the job, waits for its end and answers with its Describe answer (times in epoch milliseconds). A job that
did not complete is States.TaskFailed with the Describe answer as its cause. Stopping the execution stops the job.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from emulator.errors import AccessDenied, ServiceError
from emulator.sagemaker import events
from emulator.sagemaker.api.jobs import describe, find
from emulator.sagemaker.api.operations import OPERATIONS
from emulator.sagemaker.jobs.engine import Engine
from emulator.sagemaker.kinds import KINDS, JobKind
from emulator.sagemaker.plane import Params, Plane, Result
from emulator.sagemaker.service_model import service_model
from emulator.sagemaker.validation import validate
from emulator.service import Task

OPTIMIZED = "arn:aws:states:::sagemaker:"
SDK = "arn:aws:states:::aws-sdk:sagemaker:"
LOOK_S = 0.2  # how often a waiting task asks whether its execution was stopped; the job's end wakes it at once


class Integrations:
    """The tasks that Step Functions hands to us."""

    def __init__(self, plane: Plane, engine: Engine) -> None:
        self._plane, self._engine = plane, engine

    def register(self) -> None:
        """Make every task known: the optimized ones for jobs, the aws-sdk ones for all operations."""
        for kind in KINDS.values():
            self._plane.cloud.register_integration(f"{OPTIMIZED}create{kind.prefix}Job", self.run_job)
        self._plane.cloud.register_integration(SDK, self.call_operation)

    def run_job(self, task: Task) -> Mapping[str, Any]:
        """createTrainingJob, createProcessingJob, createTransformJob."""
        action = task.resource.removeprefix(OPTIMIZED).split(".")[0]
        name = action[0].upper() + action[1:]
        answer = dict(self._call(task, name))
        if not task.sync:
            return answer
        kind = KINDS[name.removeprefix("Create").removesuffix("Job")]
        job_name = task.input[kind.name_member]
        while not self._engine.wait(kind, job_name, LOOK_S):
            if task.stopped():
                self._allow(task, f"Stop{kind.prefix}Job", self._plane.arn(kind.resource, job_name))
                self._engine.stop(kind, job_name)
                raise ServiceError("States.TaskFailed", f"The execution was stopped, and {job_name} with it.")
        return self._outcome(task, kind, job_name)

    def _outcome(self, task: Task, kind: JobKind, name: str) -> Mapping[str, Any]:
        self._allow(task, f"Describe{kind.prefix}Job", self._plane.arn(kind.resource, name))
        answer = describe(self._plane, kind, {kind.name_member: name})
        described: dict[str, Any] = events.with_times(answer, events.milliseconds)
        if find(self._plane, kind, name)[kind.status_member] != "Completed":
            raise ServiceError("States.TaskFailed", json.dumps(described))
        return described

    def call_operation(self, task: Task) -> Mapping[str, Any]:
        """aws-sdk:sagemaker:<operation>: its answer, times as ISO text."""
        action = task.resource.removeprefix(SDK)
        called: Mapping[str, Any] = events.with_times(self._call(task, action[0].upper() + action[1:]), events.iso)
        return called

    def _call(self, task: Task, name: str) -> Result:
        """One operation as the state machine's role."""
        params: Params = json.loads(json.dumps(task.input))
        operation = OPERATIONS.get(name)
        if operation is None or name not in service_model().operation_names:
            raise ServiceError("States.Runtime", f"{task.resource} is not implemented by this emulator")
        unknown = set(params) - set(service_model().operation_model(name).input_shape.members)
        if unknown:
            raise ServiceError("States.Runtime", f"{name} has no parameter {', '.join(sorted(unknown))}")
        try:
            validate(name, params)
            self._allow(task, name, operation.arn(self._plane, params))
            return operation.do(self._plane, self._engine, params)
        except AccessDenied:
            raise
        except ServiceError as error:
            raise ServiceError(f"SageMaker.{_exception(error.code)}", error.message, error.status) from error

    def _allow(self, task: Task, name: str, arn: str) -> None:
        try:
            self._plane.cloud.authorize_role(task.role_arn, f"sagemaker:{name}", arn)
        except AccessDenied as denied:
            raise AccessDenied(denied.message, "SageMaker.AccessDeniedException") from denied


def _exception(code: str) -> str:
    """Step Functions' spelling of an error code."""
    return code if code.endswith("Exception") else f"{code}Exception"
