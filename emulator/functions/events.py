"""Asynchronous calls: an event is kept, attempted, attempted again as AWS does, and handed on when it is done with.

Source: AWS, "How Lambda handles errors and retries with asynchronous invocation".
"""

from __future__ import annotations

import logging
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from emulator.errors import ServiceError
from emulator.functions import metrics
from emulator.functions.answer import Answer
from emulator.functions.delivery import Delivery
from emulator.functions.engine import Engine
from emulator.functions.event import Event, Kept
from emulator.functions.target import Directory, Reference, Target
from emulator.service import Cloud

log = logging.getLogger("emulator.functions")

WAITS_S = (60, 120)  # after the first failure of the function, after the second
LONGEST_THROTTLE_S = 300  # from one second, doubled each time

EXHAUSTED, TOO_OLD = "RetriesExhausted", "EventAgeExceeded"


class Destinations(Protocol):
    """Who takes what has become of events."""

    def succeeded(self, event: Event, target: Target, found: Answer) -> None:
        """Hand the result to the destination for successes, if there is one."""
        ...

    def failed(self, event: Event, target: Target, found: Answer | None, condition: str) -> None:
        """Hand the event to the destination for failures and to the dead-letter queue, where they are."""
        ...


class Events:
    """The queue of asynchronous events of all functions. Each holds work of the clock until it is done with."""

    def __init__(
        self, cloud: Cloud, directory: Directory, engine: Engine, *, folder: Path, destinations: Destinations
    ) -> None:
        self._clock = cloud.clock
        self._directory = directory
        self._engine = engine
        self._kept = Kept(folder)
        self._destinations = destinations
        self._settling = ThreadPoolExecutor(2, thread_name_prefix="functions-events")
        self._stopping = threading.Event()

    def start(self) -> None:
        """Take up what an earlier emulator left."""
        for event in self._kept.all():
            self._begin(event)

    def stop(self) -> None:
        """Leave the rest to the next emulator."""
        self._stopping.set()
        self._settling.shutdown(wait=False, cancel_futures=True)

    def accept(self, reference: Reference, payload: bytes, *, client_context: str = "", request_id: str = "") -> None:
        """Keep an event and begin to attempt it. Raises ServiceError when there is no such function."""
        target = self._directory.find(reference)
        event = Event(
            id=request_id or str(uuid.uuid4()),
            reference=reference,
            payload=payload,
            accepted=self._clock.now(),
            client_context=client_context,
        )
        self._kept.keep(event)
        self._count(target, "AsyncEventsReceived")
        self._begin(event)

    def _begin(self, event: Event) -> None:
        event.work = self._clock.begin(f"event for {event.reference.name}")
        if event.due is not None:
            self._later(event)
        else:
            self._attempt(event)

    def _attempt(self, event: Event) -> None:
        try:
            target = self._directory.find(event.reference)
        except ServiceError as gone:
            log.warning("an event for %s is dropped: %s", event.reference.arn, gone.message)
            self._done(event)
            return
        self._engine.submit(
            target,
            event.payload,
            lambda found: self._soon(event, target, found),
            client_context=event.client_context,
            request_id=event.id,
        )

    def _soon(self, event: Event, target: Target, found: Answer | ServiceError) -> None:
        if not self._stopping.is_set():
            self._settling.submit(self._settle, event, target, found)

    def _settle(self, event: Event, target: Target, found: Answer | ServiceError) -> None:
        try:
            if isinstance(found, Answer) and not found.failed:
                self._destinations.succeeded(event, target, found)
                self._done(event)
            elif isinstance(found, Answer):
                self._after_failure(event, target, found)
            else:
                event.throttles += 1
                self._again(event, target, None, min(2 ** (event.throttles - 1), LONGEST_THROTTLE_S))
        except Exception:
            log.exception("an event for %s is lost", event.reference.arn)
            self._done(event)

    def _after_failure(self, event: Event, target: Target, found: Answer) -> None:
        event.failures += 1
        if event.failures > target.asynchronous.retries:
            self._drop(event, target, found, EXHAUSTED)
        else:
            self._again(event, target, found, WAITS_S[event.failures - 1])

    def _again(self, event: Event, target: Target, found: Answer | None, wait_s: int) -> None:
        expiry = event.accepted + timedelta(seconds=target.asynchronous.longest_age_s)
        now = self._clock.now()
        if now >= expiry:
            self._drop(event, target, found, TOO_OLD)
            return
        event.due = min(now + timedelta(seconds=wait_s), expiry)
        self._kept.keep(event)
        self._later(event)

    def _later(self, event: Event) -> None:
        threading.Thread(target=self._wait, args=(event,), name=f"event {event.id}", daemon=True).start()

    def _wait(self, event: Event) -> None:
        if event.work is None or event.due is None:
            return
        if not event.work.wait_until(event.due, self._stopping.is_set):
            return
        try:
            target = self._directory.find(event.reference)
        except ServiceError:
            self._done(event)
            return
        expired = self._clock.now() - event.accepted >= timedelta(seconds=target.asynchronous.longest_age_s)
        if expired:
            self._drop(event, target, None, TOO_OLD)
        else:
            self._attempt(event)

    def _drop(self, event: Event, target: Target, found: Answer | None, condition: str) -> None:
        self._count(target, "AsyncEventsDropped")
        self._destinations.failed(event, target, found, condition)
        self._done(event)

    def _done(self, event: Event) -> None:
        self._kept.forget(event)
        if event.work is not None:
            event.work.end()

    def _count(self, target: Target, name: str) -> None:
        self._engine.deliver(Delivery(measured=metrics.counted(target, name)))
