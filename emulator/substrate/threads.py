"""What ministack's threads do is work that an advancing clock waits for."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent import futures
from datetime import UTC, datetime
from typing import Any

from emulator.clock.task import Task
from emulator.clock.underway import Underway

FOREVER = datetime.max.replace(tzinfo=UTC)


class Threads:
    """The module `threading` for a service of ministack: a thread is under way from its start to its end."""

    def __init__(self, underway: Underway, service: str) -> None:
        class Thread(threading.Thread):
            task: Task

            def start(self) -> None:
                self.task = underway.begin(f"{service} {_subject(self._args)}")  # type: ignore[attr-defined]
                try:
                    super().start()
                except BaseException:
                    self.task.end()
                    raise

            def run(self) -> None:
                with underway.running(self.task):
                    super().run()

            def join(self, timeout: float | None = None) -> None:
                wait_for(underway, [self.task])
                super().join(timeout)

        self.Thread = Thread

    def __getattr__(self, name: str) -> Any:
        return getattr(threading, name)


class Future(futures.Future[Any]):
    """A future that knows its task."""

    task: Task


class Executor:
    """A ThreadPoolExecutor, as far as Step Functions needs one. What waits for a thread is not under way."""

    def __init__(self, underway: Underway, max_workers: int) -> None:
        self._underway = underway
        self._free = max_workers
        self._lock = threading.Lock()
        self._queue: deque[tuple[Future, threading.Thread]] = deque()

    def __enter__(self) -> Executor:
        return self

    def __exit__(self, *error: object) -> None: ...

    def shutdown(self, wait: bool = True) -> None:
        """Nothing is left to do: threads end with their work."""

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future:
        """Call it in a thread of its own, as soon as one is free; those who wait take their turns."""
        future = Future()
        future.task = self._underway.begin(_subject(arguments))
        run = threading.Thread(target=self._run, args=(future, call, arguments), daemon=True)
        with self._lock:
            self._free -= 1
            if self._free < 0:
                self._underway.pause(future.task)
                self._queue.append((future, run))
                return future
        run.start()
        return future

    def _run(self, future: Future, call: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        with self._underway.running(future.task):
            try:
                future.set_result(call(*arguments))
            except BaseException as error:
                future.set_exception(error)
            with self._lock:
                self._free += 1
                following = self._queue.popleft() if self._queue else None
            if following:
                self._underway.resume(following[0].task)
                following[1].start()


def wait_for(underway: Underway, tasks: Iterable[Task], until: datetime = FOREVER) -> bool:
    """Block until all have ended, or until a moment (False); the clock does not wait for the caller meanwhile."""
    own, tasks = underway.current, list(tasks)
    if own is None:
        own = underway.begin("a request")
        with underway.running(own):
            return wait_for(underway, tasks, until)
    return not own.wait_until(until, lambda: all(task.ended for task in tasks))


def _subject(arguments: Iterable[Any]) -> str:
    """What a call is about: the first text among its arguments, or the function that it names."""
    for argument in arguments:
        if isinstance(argument, str):
            return argument
        if isinstance(argument, dict) and isinstance(argument.get("config"), dict):
            return str(argument["config"].get("FunctionName", "a function"))
    return "a part of it"
