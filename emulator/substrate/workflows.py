"""Step Functions as ministack runs it: integrations of ours, and executions that an advancing clock waits for."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import stepfunctions

from emulator.clock import EmulatorClock
from emulator.errors import ServiceError
from emulator.service import Integration, Task
from emulator.substrate import pauses
from emulator.substrate.threads import Executor, wait_for

_execution: contextvars.ContextVar[Mapping[str, Any] | None] = contextvars.ContextVar("execution", default=None)
_stopping = threading.Event()


def install(clock: EmulatorClock, *, on_end: Callable[[], None]) -> None:
    """Let tasks know their execution, let executions be work and wait by the clock; `on_end`: one has ended."""
    underway = clock.underway
    run_execution: Callable[[str], None] = stepfunctions._run_execution

    def run_and_end(execution_arn: str) -> None:
        token = _execution.set(stepfunctions._executions.get(execution_arn))
        try:
            if underway.current:
                run_execution(execution_arn)
            else:
                with underway.running(underway.begin(execution_arn)):
                    run_execution(execution_arn)
        except pauses.Aborted:
            pass
        finally:
            _execution.reset(token)
            on_end()

    stepfunctions._run_execution = run_and_end
    execute_task: Callable[..., Any] = stepfunctions._execute_task

    def with_execution(state: Any, raw_input: Any, execution: Mapping[str, Any], ctx: Any) -> Any:
        _execution.set(execution)
        return execute_task(state, raw_input, execution, ctx)

    stepfunctions._execute_task = with_execution
    stepfunctions.ThreadPoolExecutor = lambda max_workers: Executor(underway, max_workers)
    stepfunctions.futures_wait = lambda futures: wait_for(underway, [future.task for future in futures])
    pauses.install(clock, stop_check=stop_check)


def stop() -> None:
    """Tell the tasks that wait that the emulator stops."""
    _stopping.set()


def stop_check() -> Callable[[], bool]:
    """Tells (in any thread) whether this context's execution was stopped, or the emulator is stopping."""
    execution = _execution.get()
    return lambda: _stopping.is_set() or (execution is not None and execution["status"] != "RUNNING")


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
    execution = _execution.get()
    machine = stepfunctions._state_machines.get(execution["stateMachineArn"]) if execution else None
    return str((machine or {}).get("roleArn", ""))


def _task(resource: str, task_input: Mapping[str, Any]) -> Task:
    execution = _execution.get() or {}
    return Task(
        resource=resource,
        input=task_input,
        role_arn=role_of_task(),
        execution_arn=execution.get("executionArn", ""),
        stopped=stop_check(),
    )
