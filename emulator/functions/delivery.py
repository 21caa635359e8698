"""Logs and metrics of calls on their way to the rest of the cloud, off the path of the answers."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from emulator.functions import metrics
from emulator.functions.metrics import Measured
from emulator.service import Cloud, Work

log = logging.getLogger("emulator.functions")

GATHER_S = 0.05  # between deliveries: many short calls are delivered together


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What a call leaves: log events, metrics; its work ends when they have arrived."""

    group: str = ""
    stream: str = ""
    messages: Sequence[str] = ()
    measured: Measured | None = None
    work: Work | None = None


class Courier:
    """A thread that delivers. An advancing clock waits for the work, so it never leaves a call's metrics behind."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._waiting: queue.SimpleQueue[Delivery | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="functions-delivery", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def send(self, delivery: Delivery) -> None:
        """Deliver this soon; from any thread."""
        self._waiting.put(delivery)

    def stop(self) -> None:
        """Deliver what is left and end."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        ending = False
        while not ending:
            gathered = [self._waiting.get()]
            while not self._waiting.empty():
                gathered.append(self._waiting.get())
            ending = None in gathered
            self._deliver([delivery for delivery in gathered if delivery])
            if not ending:
                time.sleep(GATHER_S)

    def _deliver(self, deliveries: Sequence[Delivery]) -> None:
        streams: dict[tuple[str, str], list[str]] = {}
        for delivery in deliveries:
            if delivery.messages:
                streams.setdefault((delivery.group, delivery.stream), []).extend(delivery.messages)
        measured = [delivery.measured for delivery in deliveries if delivery.measured]
        try:
            for (group, stream), messages in streams.items():
                self._cloud.put_logs(group, stream, messages)
            if measured:
                self._cloud.put_metrics(metrics.NAMESPACE, metrics.data(measured))
        except Exception:
            log.exception("the logs or metrics of functions could not be delivered")
        for delivery in deliveries:
            if delivery.work:
                delivery.work.end()
