"""Starts jobs, stops them, waits for them, and ends what an emulator before us left unfinished."""

from __future__ import annotations

import shutil
import threading
import traceback
from collections.abc import Callable
from typing import Any

from emulator.errors import ServiceError
from emulator.sagemaker.containers.namespaces import Namespaces
from emulator.sagemaker.containers.processes import Processes
from emulator.sagemaker.containers.starter import Starter
from emulator.sagemaker.containers.warm_parents import WarmParents
from emulator.sagemaker.errors import JobFailed, JobStopped
from emulator.sagemaker.jobs import processing, training, transform
from emulator.sagemaker.jobs.job import REASON_LENGTH, Job
from emulator.sagemaker.jobs.machine import Machine
from emulator.sagemaker.kinds import ENDED, KINDS, JobKind
from emulator.sagemaker.plane import Plane
from emulator.sagemaker.roles import Roles
from emulator.sagemaker.serving.pool import ServerPool
from emulator.service import Work

EXECUTORS: dict[str, Callable[[Job, Machine], None]] = {
    "Training": training.execute,
    "Processing": processing.execute,
    "Transform": transform.execute,
}
LOST = "InternalServerError: the emulator ended while the job was running; its process is gone. Start the job again."
CLOSING_S = 5
USED = ("ModelPackageGroup", "Model")  # where one of these is, jobs are to be expected


class Engine:
    """Every running job, each in a thread of its own."""

    def __init__(self, plane: Plane, *, namespaces: bool = True) -> None:
        self._plane = plane
        self._lock = threading.Lock()
        self._jobs: dict[tuple[str, str], Job] = {}
        self._processes = Processes(plane.store)
        self._machine = Machine(
            roles=Roles(plane.cloud),
            starter=Starter(
                processes=self._processes,
                namespaces=Namespaces(plane.folder, wanted=namespaces),
                parents=WarmParents(self._processes, plane.folder),
            ),
            pool=ServerPool(),
        )

    def warm_up(self) -> None:
        """Do now what the first job would wait for."""
        self._machine.roles.warm_up()
        _ = self._machine.starter.namespaces.isolate
        if any(self._plane.store.all(kind) for kind in USED):
            self.expect()

    def expect(self) -> None:
        """Jobs are to come: get a warm parent ready for them, in the background."""
        self._machine.starter.parents.expect(self._plane.images.runtime("python:3"))

    def recover(self) -> None:
        """After a kill: end stray processes, fail the jobs that they were."""
        self._processes.end_strays()
        for folder in ("jobs", "servers"):
            shutil.rmtree(self._plane.folder / folder, ignore_errors=True)
        for kind in KINDS.values():
            for body in self._plane.store.all(kind.prefix):
                if body[kind.status_member] not in ENDED:
                    self._end(Job(self._plane, kind, body), "Failed", LOST)

    def start(self, kind: JobKind, name: str) -> None:
        """Run a job that is in the store."""
        body = self._plane.store.get(kind.prefix, name)
        if body is None:
            raise KeyError(name)
        job = Job(self._plane, kind, body)
        with self._lock:
            self._jobs[kind.prefix, name] = job
        work = self._plane.cloud.clock.begin(f"{kind.resource} {name}")
        threading.Thread(target=self._run, args=(job, work), name=f"sagemaker-{name}", daemon=True).start()

    def stop(self, kind: JobKind, name: str) -> None:
        """Begin to stop a job; nothing happens when it has ended."""
        job = self._find(kind, name)
        if job:
            job.stop(tell=True)

    def wait(self, kind: JobKind, name: str, timeout_s: float) -> bool:
        """Whether a job has ended, waiting for that at most so long."""
        job = self._find(kind, name)
        return job.done.wait(timeout_s) if job else True

    def forget_model(self, arn: str) -> None:
        """End the warm servers of a model."""
        self._machine.pool.drop(f'"{arn}"')

    def close(self) -> None:
        """End every job and server; nothing that was started is left."""
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.abandon()
        self._machine.pool.drop("")
        self._processes.close()
        for job in jobs:
            job.done.wait(CLOSING_S)
        self._machine.roles.close()

    def _find(self, kind: JobKind, name: str) -> Job | None:
        with self._lock:
            return self._jobs.get((kind.prefix, name))

    def _run(self, job: Job, work: Work) -> None:
        status, reason, secondary = "Completed", "", ""
        try:
            EXECUTORS[job.kind.prefix](job, self._machine)
        except JobStopped as stop:
            status, secondary = "Stopped", str(stop)
        except JobFailed as error:
            status, reason = "Failed", str(error)
        except ServiceError as error:
            status, reason = "Failed", f"ClientError: {error.code}: {error.message}"
        except Exception as error:
            job.log(traceback.format_exc().splitlines())
            status, reason = "Failed", f"InternalServerError: {type(error).__name__}: {error}"
        try:
            if job.abandoned:
                status, reason, secondary = "Failed", LOST, ""
            self._end(job, status, reason, secondary)
        finally:
            shutil.rmtree(job.folder, ignore_errors=True)
            with self._lock:
                self._jobs.pop((job.kind.prefix, job.name), None)
            job.done.set()
            work.end()

    def _end(self, job: Job, status: str, reason: str, secondary: str = "") -> None:
        now = job.plane.now()
        changes: dict[str, Any] = {f"{job.kind.prefix}EndTime": now}
        if job.kind.prefix == "Training":
            changes |= training.ended(job, secondary or status, reason)
        if reason:
            changes["FailureReason"] = reason[:REASON_LENGTH]
        job.end(status, changes)
