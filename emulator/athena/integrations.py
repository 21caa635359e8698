"""Step Functions' side: athena:startQueryExecution with and without .sync, and the other operations.

`.sync` waits for the query's end and answers with its GetQueryExecution answer; a query that did not succeed is
States.TaskFailed with that answer as its cause. Stopping the execution stops the query.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from emulator.athena.access import Access
from emulator.athena.engine import ENDED
from emulator.athena.operations import Operations
from emulator.athena.service_model import service_model, validate
from emulator.errors import AccessDenied, ServiceError
from emulator.service import Cloud, Task

PREFIXES = ("arn:aws:states:::athena:", "arn:aws:states:::aws-sdk:athena:")
LOOK_S = 0.05


class Integrations:
    """The tasks that Step Functions hands to us."""

    def __init__(self, cloud: Cloud, operations: Operations) -> None:
        self._cloud = cloud
        self._operations = operations

    def register(self) -> None:
        """Make every task known."""
        for prefix in PREFIXES:
            self._cloud.register_integration(prefix, self.run)

    def run(self, task: Task) -> Mapping[str, Any]:
        """One task: an operation, and for .sync its query's end."""
        action = task.resource.rpartition("athena:")[2].partition(".")[0]
        answer = self._call(task, action[0].upper() + action[1:], dict(task.input))
        return self._ended(task, answer["QueryExecutionId"]) if task.sync else answer

    def _ended(self, task: Task, id: str) -> Mapping[str, Any]:
        given = {"QueryExecutionId": id}
        while True:
            answer = self._call(task, "GetQueryExecution", given)
            state = answer["QueryExecution"]["Status"]["State"]
            if state in ENDED:
                break
            if task.stopped():
                self._call(task, "StopQueryExecution", given)
                raise ServiceError("States.TaskFailed", f"The execution was stopped, and the query {id} with it.")
            time.sleep(LOOK_S)
        if state != "SUCCEEDED":
            raise ServiceError("States.TaskFailed", json.dumps(answer))
        return answer

    def _call(self, task: Task, name: str, params: dict[str, Any]) -> dict[str, Any]:
        """One operation as the state machine's role."""
        operation = self._operations.find(name)
        if operation is None or name not in service_model().operation_names:
            raise ServiceError("States.Runtime", f"{task.resource} is not implemented by this emulator")

        def allow(action: str, arn: str) -> None:
            self._cloud.authorize_role(task.role_arn, action, arn)

        try:
            validate(name, params)
            allow(f"athena:{name}", operation.arn(params))
            return operation.do(params, Access(self._cloud, allow))
        except AccessDenied as denied:
            raise AccessDenied(denied.message, "Athena.AmazonAthenaException") from denied
        except ServiceError as error:
            raise ServiceError(f"Athena.{error.code}", error.message, error.status) from error
