"""Step Functions as ministack runs it: integrations of ours, and no waiting before the first state."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import stepfunctions

from emulator.errors import ServiceError
from emulator.service import Integration, Task

START_DELAY_S = 0.15  # what ministack sleeps before the first state of each execution

_execution: contextvars.ContextVar[Mapping[str, Any]] = contextvars.ContextVar("execution")
_stopping = threading.Event()


class _Time:
    """The module `time` for ministack's Step Functions, without the sleep before the first state."""

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def sleep(self, seconds: float) -> None:
        if seconds != START_DELAY_S:
            time.sleep(seconds)


def install(*, on_end: Callable[[], None]) -> None:
    """Let tasks know their execution, take the start delay out, and call `on_end` when an execution has ended."""
    run_execution: Callable[[str], None] = stepfunctions._run_execution

    def with_end(execution_arn: str) -> None:
        run_execution(execution_arn)
        on_end()

    stepfunctions._run_execution = with_end
    execute_task: Callable[..., Any] = stepfunctions._execute_task

    def with_execution(state: Any, raw_input: Any, execution: Mapping[str, Any], ctx: Any) -> Any:
        _execution.set(execution)
        return execute_task(state, raw_input, execution, ctx)

    stepfunctions._execute_task = with_execution
    stepfunctions.time = _Time()


def stop() -> None:
    """Tell the tasks that wait for a job of ours that the emulator stops."""
    _stopping.set()


def register_integration(prefix: str, handler: Integration) -> None:
    """Send tasks whose resource starts with `prefix` to the handler."""

    def dispatch(resource: str, task_input: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return handler(_task(resource, task_input))
        except ServiceError as error:
            raise stepfunctions._ExecutionError(error.code, error.message) from error
        except Exception as error:
            raise stepfunctions._ExecutionError("States.Runtime", f"{type(error).__name__}: {error}") from error

    stepfunctions._SERVICE_DISPATCH[prefix] = dispatch


def role_of_task() -> str:
    """The role of the state machine whose task runs in this thread."""
    machine = stepfunctions._state_machines.get(_execution.get()["stateMachineArn"]) or {}
    return str(machine.get("roleArn", ""))


def _task(resource: str, task_input: Mapping[str, Any]) -> Task:
    execution = _execution.get()
    return Task(
        resource=resource,
        input=task_input,
        role_arn=role_of_task(),
        execution_arn=execution["executionArn"],
        stopped=lambda: _stopping.is_set() or execution["status"] != "RUNNING",
    )
