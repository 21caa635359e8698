"""Query executions from QUEUED to their end, a few at a time, each in the store at every step."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from emulator.athena.access import Access
from emulator.athena.errors import SYSTEM, USER, QueryCancelled, QueryFailed
from emulator.athena.names import bucket_of
from emulator.athena.notices import announce
from emulator.athena.outcome import Interrupt, Outcome
from emulator.athena.sql.statement import Query, Utility
from emulator.athena.store import Body, Store
from emulator.errors import ServiceError
from emulator.service import Cloud, Work

if TYPE_CHECKING:
    from emulator.athena.runner import Runner

log = logging.getLogger("emulator.athena")

AT_ONCE = 2  # queries that run; others wait, QUEUED
EXECUTION = "execution"
ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")
FEATURE = 1306  # AthenaError's type of a query that is not as it should be


@dataclass
class Job:
    """What of an execution is not in the store."""

    id: str
    statement: Query | Utility
    access: Access
    interrupt: Interrupt
    work: Work
    submitted: float  # monotonic seconds


class Engine:
    """Runs the executions that operations put into the store."""

    def __init__(self, cloud: Cloud, store: Store) -> None:
        self._cloud = cloud
        self._store = store
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="athena")
        self._changing = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._closing = False

    @cached_property
    def _runner(self) -> Runner:
        from emulator.athena.runner import Runner  # a second and 60 MB that an emulator without queries does not need

        return Runner(self._cloud)

    def recover(self) -> None:
        """What ran or waited when an earlier emulator ended is FAILED."""
        for body in self._store.all(EXECUTION):
            if body["Status"]["State"] not in ENDED:
                failed = QueryFailed("The emulator ended while the query ran; run it again", category=SYSTEM)
                self._change(body["QueryExecutionId"], "FAILED", failed)

    def submit(self, id: str, statement: Query | Utility, access: Access) -> None:
        """Run an execution that is in the store as QUEUED."""
        work = self._cloud.clock.begin(f"query {id}")
        job = Job(id, statement, access, Interrupt(), work, time.monotonic())
        self._jobs[id] = job
        self._threads.submit(self._work, job)

    def stop(self, id: str) -> None:
        """Cancel an execution; one that has ended stays as it is."""
        job = self._jobs.get(id)
        if job is not None:
            self._change(id, "CANCELLED", QueryCancelled("Query cancelled by user"))
            job.interrupt.ask()

    def close(self) -> None:
        """Interrupt what runs; it is FAILED at the next start."""
        self._closing = True
        for job in list(self._jobs.values()):
            job.interrupt.ask()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _work(self, job: Job) -> None:
        try:
            self._run(job)
        except QueryCancelled as error:
            if not self._closing:
                self._change(job.id, "CANCELLED", error)
        except QueryFailed as error:
            self._change(job.id, "FAILED", error)
        except Exception as error:
            log.exception("query %s", job.id)
            failed = QueryFailed(f"GENERIC_INTERNAL_ERROR: {type(error).__name__}: {error}", category=SYSTEM)
            self._change(job.id, "FAILED", failed)
        finally:
            self._jobs.pop(job.id, None)
            job.work.end()

    def _run(self, job: Job) -> None:
        started = time.monotonic()
        job.interrupt.check()
        body = self._change(job.id, "RUNNING")
        database = str(body["QueryExecutionContext"].get("Database", "default")).lower()
        if isinstance(job.statement, Utility):
            planned, outcome = started, self._runner.utility(job.statement, job.access, database)
        else:
            plan = self._runner.plan(job.statement, job.access, database)
            planned = time.monotonic()
            _check_cutoff(plan.bytes_scanned, body.get("_cutoff"))
            outcome = self._runner.query(plan, job.interrupt)
        self._write(job, body["ResultConfiguration"]["OutputLocation"], outcome)
        times = {
            "QueryQueueTimeInMillis": started - job.submitted,
            "QueryPlanningTimeInMillis": planned - started,
            "EngineExecutionTimeInMillis": time.monotonic() - started,
            "TotalExecutionTimeInMillis": time.monotonic() - job.submitted,
        }
        self._succeed(job.id, outcome, {name: round(seconds * 1e3) for name, seconds in times.items()})

    def _write(self, job: Job, location: str, outcome: Outcome) -> None:
        bucket, key = bucket_of(location)
        job.access.write(bucket, key)
        job.interrupt.check()
        kind = "text/csv" if key.endswith(".csv") else "text/plain"
        try:
            self._cloud.objects.put(bucket, key, outcome.body, kind)
            self._cloud.objects.put(bucket, f"{key}.metadata", _metadata(outcome), "application/octet-stream")
        except ServiceError as error:
            raise QueryFailed(error.message) from error

    def _succeed(self, id: str, outcome: Outcome, times: Mapping[str, int]) -> None:
        statistics = {**times, "DataScannedInBytes": outcome.bytes_scanned, "ServiceProcessingTimeInMillis": 0}
        counts = {
            "_columns": list(outcome.columns),
            "_rows": {
                "InputRows": outcome.rows_read,
                "InputBytes": outcome.bytes_scanned,
                "OutputRows": outcome.rows,
                "OutputBytes": len(outcome.body),
            },
        }
        self._change(id, "SUCCEEDED", changes={"Statistics": statistics, **counts})

    def _change(
        self, id: str, state: str, error: Exception | None = None, changes: Mapping[str, Any] | None = None
    ) -> Body:
        """Move an execution to a state, unless it has ended, and tell EventBridge and CloudWatch."""
        with self._changing:
            body = self._store.get(EXECUTION, id) or {}
            status = body["Status"]
            if status["State"] in ENDED:
                return body
            previous, status["State"] = status["State"], state
            if state in ENDED:
                status["CompletionDateTime"] = round(self._cloud.clock.now().timestamp(), 3)
            if error is not None:
                status["StateChangeReason"] = str(error)
            if isinstance(error, QueryFailed):
                status["AthenaError"] = {
                    "ErrorCategory": error.category,
                    "ErrorType": FEATURE,
                    "Retryable": error.category != USER,
                    "ErrorMessage": error.reason,
                }
            body = self._store.change(EXECUTION, id, {"Status": status, **(changes or {})})
        announce(self._cloud, body, previous, ended=state in ENDED)
        return body


def _check_cutoff(scanned: int, cutoff: int | None) -> None:
    if cutoff is not None and scanned > cutoff:
        raise QueryCancelled(
            f"Bytes scanned limit was exceeded (the query would scan {scanned} bytes, its workgroup allows {cutoff})"
        )


def _metadata(outcome: Outcome) -> bytes:
    return json.dumps({"ColumnInfo": list(outcome.columns)}).encode()
