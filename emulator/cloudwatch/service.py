"""CloudWatch as a service of the emulator: its thread of evaluations, its start and stop."""

from __future__ import annotations

import asyncio
import logging
import threading
import time

from emulator.cloudwatch import cloudformation
from emulator.cloudwatch.api import Api
from emulator.cloudwatch.evaluator import Evaluator
from emulator.cloudwatch.store import Store
from emulator.service import Cloud, Request, Response

log = logging.getLogger("emulator.cloudwatch")

EVERY_S = 60  # real seconds between evaluations of all alarms
HIGH_RESOLUTION_EVERY_S = 10
HIGH_RESOLUTION = 30  # alarms of at most this period are evaluated more often


class CloudWatch:
    """The service behind the signing scope `monitoring`."""

    name = "monitoring"

    def __init__(self, cloud: Cloud) -> None:
        self._store = Store(cloud.state / "cloudwatch" / "cloudwatch.sqlite")
        self._evaluator = Evaluator(store=self._store, cloud=cloud)
        self._api = Api(store=self._store, cloud=cloud, evaluator=self._evaluator)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="cloudwatch", daemon=True)
        cloudformation.register(cloud, self._api)
        cloud.clock.on_change(self._evaluator.evaluate)

    async def handle(self, request: Request) -> Response:
        """Answer one request, in a thread: an evaluation may start what calls back."""
        return await asyncio.to_thread(self._api.answer, request)

    async def start(self) -> None:
        """Begin to evaluate by itself."""
        self._thread.start()

    async def stop(self) -> None:
        """End the evaluations and close the store."""
        self._ended.set()
        await asyncio.to_thread(self._thread.join)
        self._store.close()

    def _watch(self) -> None:
        last = time.monotonic()
        while not self._ended.wait(HIGH_RESOLUTION_EVERY_S):
            everything = time.monotonic() - last >= EVERY_S
            last = time.monotonic() if everything else last
            try:
                self._evaluator.evaluate(longest_period=None if everything else HIGH_RESOLUTION)
            except Exception:
                log.exception("alarms could not be evaluated")
