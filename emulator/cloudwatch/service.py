"""CloudWatch as a service of the emulator: its parts put together, its start and stop."""

from __future__ import annotations

import asyncio
import logging
import threading

from emulator.cloudwatch import cloudformation
from emulator.cloudwatch.agenda import AlarmAgenda
from emulator.cloudwatch.alarm_descriptions import AlarmDescriptions
from emulator.cloudwatch.alarm_operations import AlarmOperations
from emulator.cloudwatch.announcer import Announcer
from emulator.cloudwatch.api import Api
from emulator.cloudwatch.book import Book
from emulator.cloudwatch.evaluator import Evaluator
from emulator.cloudwatch.logs.metrics import LogMetrics
from emulator.cloudwatch.metric_data import MetricDataOperations
from emulator.cloudwatch.metric_operations import MetricOperations
from emulator.cloudwatch.other_operations import DashboardOperations, TagOperations
from emulator.cloudwatch.recent import Recent
from emulator.cloudwatch.store import Store
from emulator.service import Cloud, Request, Response

log = logging.getLogger("emulator.cloudwatch")

FLUSH_EVERY_S = 0.5  # how long metrics of other services may be in memory only


class CloudWatch:
    """The service behind the signing scope `monitoring`."""

    name = "monitoring"

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._store = store = Store(cloud.state / "cloudwatch" / "cloudwatch.sqlite")
        self._book = book = Book(store)
        recent = Recent(store)
        announcer = Announcer(store=store, cloud=cloud)
        self._evaluator = evaluator = Evaluator(book=book, recent=recent, clock=cloud.clock, announcer=announcer)
        self._agenda = agenda = AlarmAgenda(book=book, recent=recent, evaluator=evaluator)
        alarms = AlarmOperations(
            store=store, book=book, cloud=cloud, evaluator=evaluator, announcer=announcer, agenda=agenda
        )
        self.metrics = MetricOperations(
            store=store, recent=recent, book=book, clock=cloud.clock, evaluator=evaluator, agenda=agenda
        )
        dashboards, tags = DashboardOperations(store=store, cloud=cloud), TagOperations(store=store, book=book)
        reads = (AlarmDescriptions(store=store, book=book), MetricDataOperations(store=store, cloud=cloud))
        self._api = Api(cloud=cloud, alarms=alarms, dashboards=dashboards, others=(self.metrics, tags, *reads))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._flush, name="cloudwatch", daemon=True)
        cloudformation.register(cloud, alarms=alarms, dashboards=dashboards, tags=tags)
        cloud.on_metrics(self.metrics.add)
        cloud.on_logs(LogMetrics(metrics=self.metrics, clock=cloud.clock))
        cloud.clock.on_change(self._on_change)
        cloud.clock.add(agenda)

    async def handle(self, request: Request) -> Response:
        """Answer one request, in a thread: an evaluation may start what calls back."""
        return await asyncio.to_thread(self._api.answer, request)

    async def start(self) -> None:
        """Evaluate every alarm from now on, and write what other services put."""
        self._agenda.begin(self._cloud.clock.now())
        self._thread.start()

    async def stop(self) -> None:
        """Write what is buffered and close the store."""
        self._ended.set()
        await asyncio.to_thread(self._thread.join)
        self._store.close()

    def _on_change(self) -> None:
        self._evaluator.evaluate_all()
        self._agenda.begin(self._cloud.clock.now())

    def _flush(self) -> None:
        while not self._ended.wait(FLUSH_EVERY_S):
            try:
                self._store.flush()
            except Exception:
                log.exception("metrics could not be written")
