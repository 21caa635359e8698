"""What is on its way to functions is work: events, notifications, messages and stream records."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from ministack.core.concurrency import esm_wake
from ministack.core.responses import request_scope
from ministack.services import eventbridge, lambda_svc, s3, sns, sqs

from emulator.clock.task import Task
from emulator.clock.underway import Underway
from emulator.service import Clock
from emulator.substrate.moments import ClockTime, iso_stamp
from emulator.substrate.rebinding import rebind
from emulator.substrate.threads import Threads


def install(clock: Clock, underway: Underway) -> None:
    """Let an advancing clock wait for what is delivered, and stop where a delayed message can be."""
    eventbridge.threading = sns._threading = Threads(underway, "delivery to")
    time = ClockTime(clock)  # a message sent at another time than its queue's would be seen at another
    rebind(lambda_svc, "_route_async_failure", time=time)
    rebind(lambda_svc, "_send_ddb_stream_failure_record", time=time)
    rebind(s3, "_deliver_event_to_sqs", time=time)
    rebind(s3, "_fire_s3_event", now_iso=lambda: iso_stamp(clock))
    rebind(s3, "_fire_s3_event_async", threading=Threads(underway, "notification of"))
    poller = Poller(underway, esm_wake.set, esm_wake.wait)
    esm_wake.set, esm_wake.wait = poller.wake, poller.wait
    lambda_svc._ESM_IDLE_WAKE_GAP_SECONDS = 0  # an advance would wait for it, once for each message
    lambda_svc.spawn_background = _spawner(underway)
    run_batch = lambda_svc._run_sqs_batch

    def run_without_pause(mapping: dict[str, Any], *arguments: Any) -> None:
        """A failed batch is tried again when its visibility time-out is over, not before a real second has passed."""
        run_batch(mapping, *arguments)
        lambda_svc._esm_backoff_until.pop(mapping["UUID"], None)

    lambda_svc._run_sqs_batch = run_without_pause
    clock.add(Messages())


class Poller:
    """ministack's thread of event source mappings: from the call that wakes it to its look that finds nothing, work."""

    def __init__(self, underway: Underway, wake: Callable[[], None], wait: Callable[[float], bool]) -> None:
        self._underway, self._wake, self._wait = underway, wake, wait
        self._lock = threading.Lock()
        self._task: Task | None = None

    def wake(self) -> None:
        """A source has something new."""
        with self._lock:
            if lambda_svc._poller_started and self._task is None:
                self._task = self._underway.begin("event source mappings")
            self._wake()

    def wait(self, timeout: float) -> bool:
        """Called by the thread when it has found nothing."""
        with self._lock:
            task, self._task = (self._task, None) if not esm_wake.is_set() else (None, self._task)
        if task:
            task.end()
        return self._wait(timeout)


class Messages:
    """The agenda of messages that become visible in queues with an event source mapping."""

    name = "messages"

    def next_due(self, after: datetime) -> datetime | None:
        """When the next message becomes visible."""
        stamps = (message["visible_at"] for queue in _mapped_queues() for message in list(queue["messages"]))
        since = after.timestamp()
        found = min((stamp for stamp in stamps if stamp > since), default=None)
        return None if found is None else datetime.fromtimestamp(math.ceil(found * 1000) / 1000, UTC)

    def fire(self, moment: datetime) -> None:
        """Let the mappings look."""
        esm_wake.set()


def _mapped_queues() -> Iterator[dict[str, Any]]:
    for account, region, mapping in lambda_svc._iter_all_esms():
        if mapping.get("Enabled", True) and ":sqs:" in mapping.get("EventSourceArn", ""):
            with request_scope(account, region):
                queue = sqs._queue_by_arn(mapping["EventSourceArn"])
            if queue:
                yield queue


def _spawner(underway: Underway) -> Callable[..., None]:
    spawn = lambda_svc.spawn_background

    def spawn_as_work(call: Callable[[], None], *, thread_name: str) -> None:
        task = underway.begin(thread_name)

        def run() -> None:
            with underway.running(task):
                call()

        spawn(run, thread_name=thread_name)

    return spawn_as_work
