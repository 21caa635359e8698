"""What the executors share: roles' S3, starting processes, warm model servers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from emulator.sagemaker.containers.container import Container
from emulator.sagemaker.containers.starter import ContainerSpec, Starter
from emulator.sagemaker.errors import JobFailed, JobStopped
from emulator.sagemaker.jobs.job import Job
from emulator.sagemaker.roles import Roles
from emulator.sagemaker.serving.pool import ServerPool

REWRITTEN = (
    "emulator: this machine has no mount namespaces, so /opt/ml is not at its place: in entrypoint, arguments and "
    "environment it is spelt {ml}; a path written in the program itself is not"
)
SHARED = "ClientError: EnableNetworkIsolation needs Linux network namespaces, which do not work here; leave it out"
Watch = Callable[[list[str]], None]


@dataclass(frozen=True)
class Machine:
    """The one machine that every job runs on."""

    roles: Roles
    starter: Starter
    pool: ServerPool

    def run(self, job: Job, spec: ContainerSpec, limit_s: float, watch: Watch | None = None) -> int:
        """Run a job's program to its end and return its exit status; a stop or the time limit ends it early.

        `watch` sees every line of output after the job's log has it.
        """
        if spec.isolated and not self.starter.namespaces.isolate:
            raise JobFailed(SHARED)
        if not self.starter.namespaces.work:
            job.log([REWRITTEN.format(ml=spec.ml)])

        def on_lines(lines: list[str]) -> None:
            job.log(lines)
            if watch:
                watch(lines)

        container = Container(spec, self.starter, on_lines)
        job.attach(container)
        timer = job.limit(limit_s)
        try:
            status = container.wait()
        finally:
            timer.cancel()
            job.detach(container)
        if job.abandoned:  # nothing answers any more: no upload
            raise JobStopped(job.stopping)
        return status


def finish(job: Job, status: int) -> None:
    """Raise what a program's end means for its job: nothing when it ended well."""
    if job.stopping:
        raise JobStopped(job.stopping)
    if status != 0:
        raise job.algorithm_error(status)
