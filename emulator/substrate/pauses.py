"""Where executions of Step Functions wait: Wait states, retries, time-outs, callbacks. All by the emulator's clock."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ministack.services import stepfunctions

from emulator.clock import EmulatorClock
from emulator.substrate.moments import ClockTime
from emulator.substrate.rebinding import rebind
from emulator.substrate.threads import FOREVER, Executor, Threads, wait_for

START_DELAY_S = 0.15  # what ministack sleeps before the first state of each execution
UNLIMITED_S = 99_999  # how ministack says that a task has no time-out
LAST_EVENTS = ("ExecutionAborted", "ExecutionFailed", "ExecutionSucceeded", "ExecutionTimedOut")

# The seconds until the retry that is next, as its Retry field has them; ministack waits for a minute at most
_backoff_s: contextvars.ContextVar[float | None] = contextvars.ContextVar("backoff_s", default=None)


class Aborted(SystemExit):
    """Ends the thread of an execution that was stopped while it waited."""


class Pauses:
    """Waits of the execution that runs in the calling context."""

    def __init__(self, clock: EmulatorClock, stop_check: Callable[[], Callable[[], bool]]) -> None:
        self._clock, self._stop_check = clock, stop_check

    def sleep(self, seconds: float) -> None:
        """Wait for so long; for a retry, as long as its Retry field says."""
        backoff_s = _backoff_s.get()
        _backoff_s.set(None)
        self.until(self.after(seconds if backoff_s is None else backoff_s))

    def until_stamp(self, stamp: str) -> None:
        """Wait for a moment in ISO 8601; what is none is passed over, as ministack does."""
        try:
            moment = datetime.fromisoformat(stamp)
        except (ValueError, TypeError):
            return
        self.until(moment)

    def until(self, moment: datetime, *, done: Callable[[], bool] = lambda: False) -> None:
        """Wait for a moment, or until it is `done`. Raises Aborted when the execution is stopped first."""
        stopped = self._stop_check()
        task = self._clock.underway.current or self._clock.begin("a state under test")
        task.wait_until(moment, lambda: done() or stopped())
        if stopped():
            raise Aborted

    def after(self, seconds: float) -> datetime:
        """The moment so long from now."""
        return FOREVER if seconds >= UNLIMITED_S else self._clock.now() + timedelta(seconds=seconds)


def install(clock: EmulatorClock, *, stop_check: Callable[[], Callable[[], bool]]) -> None:
    """Let all that waits in an execution wait by the clock; a stopped execution stops waiting, and stays stopped."""
    pauses = Pauses(clock, stop_check)
    stepfunctions.time = _Time(clock)
    stepfunctions.threading = _Threads(clock, pauses)
    rebind(stepfunctions, "_get_execution_history", time=time)  # its page tokens last for a day of their clients
    stepfunctions._scaled_sleep = pauses.sleep
    stepfunctions._sleep_until = pauses.until_stamp
    stepfunctions._invoke_resource_with_timeout = _timed(clock)
    find_retrier = stepfunctions._find_matching_retrier

    def find_and_note(retriers: Any, error: str, counts: Mapping[int, int]) -> tuple[Any, int]:
        retrier, index = find_retrier(retriers, error, counts)
        _backoff_s.set(backoff_s(retrier, counts.get(index, 0)) if retrier else None)
        return retrier, index

    stepfunctions._find_matching_retrier = find_and_note
    _let_stopped_executions_be(clock)


def backoff_s(retrier: Mapping[str, Any], retries: int) -> float:
    """Seconds before the next retry, after so many: IntervalSeconds, BackoffRate, MaxDelaySeconds; without jitter."""
    delay = float(retrier.get("IntervalSeconds", 1)) * float(retrier.get("BackoffRate", 2.0)) ** retries
    return min(delay, float(retrier.get("MaxDelaySeconds", delay)))


def _timed(clock: EmulatorClock) -> Callable[[str, Any, float], Any]:
    """A task with TimeoutSeconds: the state goes on when they have passed by the clock, as does the task itself."""

    def invoke(resource: str, task_input: Any, timeout_s: float) -> Any:
        context = contextvars.copy_context()
        future = Executor(clock.underway, 1).submit(context.run, stepfunctions._invoke_resource, resource, task_input)
        if not wait_for(clock.underway, [future.task], clock.now() + timedelta(seconds=timeout_s)):
            raise stepfunctions._ExecutionError("States.Timeout", f"Task timed out after {timeout_s} seconds")
        return future.result()

    return invoke


def _let_stopped_executions_be(clock: EmulatorClock) -> None:
    stop, fail, add_event = stepfunctions._stop_execution, stepfunctions._fail_execution, stepfunctions._add_event

    def stop_and_wake(data: Mapping[str, Any]) -> Any:
        answer = stop(data)
        clock.wake()
        return answer

    def fail_unless_stopped(execution: Mapping[str, Any], error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            fail(execution, error, cause)

    def add_unless_stopped(execution: Mapping[str, Any], kind: str, details: Any = None) -> None:
        if execution.get("status", "RUNNING") == "RUNNING" or kind in LAST_EVENTS:
            add_event(execution, kind, details)

    stepfunctions._stop_execution = stop_and_wake
    stepfunctions._fail_execution = fail_unless_stopped
    stepfunctions._add_event = add_unless_stopped


class _Time(ClockTime):
    """Without the sleep before the first state."""

    def sleep(self, seconds: float) -> None:
        if seconds != START_DELAY_S:
            time.sleep(seconds)


class _Threads(Threads):
    """Also its events, for which tasks with a token wait: by the clock, and no clock waits for them."""

    def __init__(self, clock: EmulatorClock, pauses: Pauses) -> None:
        super().__init__(clock.underway, "execution")

        class Event(threading.Event):
            def wait(self, timeout: float | None = None) -> bool:
                pauses.until(pauses.after(timeout or UNLIMITED_S), done=self.is_set)
                return self.is_set()

            def set(self) -> None:
                super().set()
                clock.wake()

        self.Event = Event
