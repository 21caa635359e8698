"""One running job: its parameters, its folder, its statuses, its log, and how it is stopped."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from emulator.sagemaker import events
from emulator.sagemaker.containers.container import Container
from emulator.sagemaker.errors import JobFailed, JobStopped
from emulator.sagemaker.kinds import JobKind
from emulator.sagemaker.plane import Plane
from emulator.sagemaker.store import Body

REASON_LENGTH = 1024
NOTE = "emulator: "  # begins the lines that are ours, not the program's


class Job:
    """A job from its start to its end; executors call it, the engine ends it."""

    def __init__(self, plane: Plane, kind: JobKind, body: Body) -> None:
        self.plane = plane
        self.kind = kind
        self.body = body
        self.name: str = body[kind.name_member]
        self.folder: Path = plane.folder / "jobs" / kind.resource / self.name
        self.stream = f"{self.name}/algo-1-{round(plane.now())}"
        self.done = threading.Event()
        self.abandoned = False
        self.last_line = ""
        self.stopping = ""  # the secondary status to end with, once a stop has begun
        self._lock = threading.RLock()
        self._ended = False
        self._containers: list[Container] = []

    def set(self, changes: dict[str, Any], *, tell: bool = True) -> None:
        """Change the Describe answer; `tell` EventBridge."""
        self.body = self.plane.store.update(
            self.kind.prefix, self.name, {**changes, "LastModifiedTime": self.plane.now()}
        )
        if tell:
            events.job_changed(self.plane, self.kind, self.body)

    def end(self, status: str, changes: dict[str, Any]) -> None:
        """The last change; a stop that comes later finds the job ended."""
        with self._lock:
            self._ended = True
        self.set({**changes, self.kind.status_member: status})

    def log(self, lines: list[str]) -> None:
        """Append to the job's log."""
        said = (line for line in reversed(lines) if line.strip() and not line.startswith(NOTE))
        self.last_line = next(said, self.last_line)
        self.plane.cloud.put_logs(self.kind.log_group, self.stream, lines)

    def stop(self, secondary: str = "Stopped", *, tell: bool = False) -> None:
        """Begin to stop: SIGTERM to what runs. The first reason counts; a job that has ended stays so."""
        with self._lock:
            if self.stopping or self._ended:
                return
            self.stopping = secondary
            if tell:
                more = {"SecondaryStatus": "Stopping"} if self.kind.prefix == "Training" else {}
                self.set({self.kind.status_member: "Stopping", **more})
            for container in self._containers:
                container.stop()

    def abandon(self) -> None:
        """Kill what runs, because the emulator ends."""
        self.abandoned = True
        with self._lock:
            self.stopping = self.stopping or "Stopped"
            for container in self._containers:
                container.kill()

    def check_stopped(self) -> None:
        """Raise JobStopped when a stop has begun: called between steps."""
        if self.stopping:
            raise JobStopped(self.stopping)

    def attach(self, container: Container) -> None:
        """A container that is to stop with the job."""
        with self._lock:
            if container not in self._containers:
                self._containers.append(container)
            if self.stopping:
                container.stop()

    def detach(self, container: Container) -> None:
        """A container that is no longer the job's."""
        with self._lock:
            if container in self._containers:
                self._containers.remove(container)

    def limit(self, seconds: float) -> threading.Timer:
        """Start the clock of MaxRuntimeInSeconds (real time); cancel the timer when the program has ended."""
        timer = threading.Timer(seconds, self.stop, ["MaxRuntimeExceeded"])
        timer.daemon = True
        timer.start()
        return timer

    def algorithm_error(self, status: int) -> JobFailed:
        """The failure of the job's program: what it wrote to output/failure, else the end of its log."""
        path = self.folder / "ml" / "output" / "failure"
        text = path.read_text(errors="replace").strip() if path.is_file() else ""
        if not text:
            where = f"{self.kind.log_group} {self.stream}"
            text = f"See job logs for more information ({where}; last line: {self.last_line})"
        end = f", exit code: {status}"
        return JobFailed(f"AlgorithmError: {text}"[: REASON_LENGTH - len(end)] + end)
