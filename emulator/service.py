"""What a service is, and what it may ask of the rest of the cloud."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Request:
    """One HTTP request as a service sees it; the signature is not verified yet (`Cloud.authorize` does)."""

    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    query: dict[str, list[str]]
    body: bytes
    access_key: str
    account: str
    region: str


@dataclass(frozen=True)
class Response:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Service(Protocol):
    """A service of ours: requests signed for the scope `name` come to it."""

    name: str  # the signing scope, e.g. "sagemaker", "monitoring"

    async def handle(self, request: Request) -> Response:
        """Answer one request; a ServiceError that gets out is answered as JSON by the gateway."""
        ...

    async def start(self) -> None:
        """Called once, after ministack's own state is restored and before the first request."""
        ...

    async def stop(self) -> None:
        """Called at a clean stop, before ministack's; nothing that the service started may be left."""
        ...


class Agenda(Protocol):
    """Something of which things are due by the clock: schedules, alarms, delayed messages, items that expire."""

    name: str

    def next_due(self, after: datetime) -> datetime | None:
        """The first moment after `after` (UTC) at which something of it is due; None when nothing is."""
        ...

    def fire(self, moment: datetime) -> None:
        """Do what is due at `moment`; the clock shows it meanwhile. What goes on afterwards is `Clock.begin`'s."""
        ...


class Work(Protocol):
    """Something under way that an advancing clock waits for: an execution, a job, a call of a function."""

    def end(self) -> None:
        """It is done; ending it twice is no error. May be called from another thread than it was begun in."""
        ...

    def wait_until(self, moment: datetime, stopped: Callable[[], bool]) -> bool:
        """Block until the clock has reached `moment`; False when `stopped()` became true first.

        The clock does not wait for the work meanwhile.
        """
        ...

    def suspended(self) -> AbstractContextManager[None]:
        """While it only waits for other work: the clock does not wait for it in this block."""
        ...


class Clock(Protocol):
    """The emulator's time."""

    def now(self) -> datetime:
        """The emulator's time, UTC, with a time zone."""
        ...

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call this, in the thread that set the clock, after each jump and before it is answered."""
        ...

    def add(self, agenda: Agenda, *, before_waits: bool = False) -> None:
        """Fire this when it is due, as time runs and as the clock advances; at one moment in the order of adding.

        Those who wait for the moment (`Work.wait_until`) go on before it, or after it when it is `before_waits`.
        """
        ...

    def wake(self) -> None:
        """Something is due earlier than it was, or what waits may have been stopped: look now. Cheap; any thread."""
        ...

    def settle(self) -> None:
        """In `Agenda.fire`, between two things: while the clock advances, wait until what was started has ended."""
        ...

    def begin(self, name: str) -> Work:
        """Something is under way from now on: an advancing clock goes on when it has ended."""
        ...


@dataclass(frozen=True)
class Provisioned:
    """A CloudFormation resource that exists: what Ref gives, and what Fn::GetAtt gives by name."""

    physical_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


# create(logical_id, properties, stack_name); raises ServiceError or ValueError, its text becomes the event's reason
Create = Callable[[str, Mapping[str, Any], str], Provisioned]
# update(physical_id, old_properties, new_properties, stack_name); a new physical id means: replaced
Update = Callable[[str, Mapping[str, Any], Mapping[str, Any], str], Provisioned]
# delete(physical_id, properties); deleting what is gone is no error
Delete = Callable[[str, Mapping[str, Any]], None]


@dataclass(frozen=True)
class Task:
    """One task of a Step Functions execution that calls an integration of ours."""

    resource: str  # as written, e.g. arn:aws:states:::sagemaker:createTrainingJob.sync
    input: Mapping[str, Any]  # the task's resolved Parameters or Arguments
    role_arn: str  # of the state machine: its permissions are the ones to check (`Cloud.authorize_role`)
    execution_arn: str
    stopped: Callable[[], bool]  # true once the execution was stopped or the emulator is stopping

    @property
    def sync(self) -> bool:
        """Whether the task waits until the job has ended."""
        return self.resource.endswith(".sync") or self.resource.endswith(".sync:2")


# Runs in the execution's thread and returns the task's output. A ServiceError's code becomes the task's Error, its
# message the Cause (AWS: "SageMaker.<Exception>", or "States.TaskFailed" with the Describe JSON of a failed job).
Integration = Callable[[Task], Mapping[str, Any]]


class LogMetrics(Protocol):
    """What CloudWatch Logs asks of CloudWatch: metric filters, and the metrics that log lines hold."""

    def check(self, pattern: str, transformations: Sequence[Mapping[str, Any]]) -> None:
        """Raise a ServiceError on a metric filter that is refused."""
        ...

    def try_out(self, pattern: str, messages: Sequence[str]) -> list[dict[str, Any]]:
        """What TestMetricFilter answers: the messages that fit, with what was found in them."""
        ...

    def arrived(self, lines: Sequence[tuple[int, str]], of_group: Iterable[Mapping[str, Any]]) -> None:
        """Lines (milliseconds since 1970, text) were written to a log group that has these metric filters."""
        ...


@dataclass(frozen=True)
class StoredObject:
    """One current object of a bucket, with the file that holds its body."""

    key: str
    size: int  # bytes
    path: Path


class Objects(Protocol):
    """S3 for a service in this process. IAM is not asked: the service asks for its caller (`Cloud.authorize`)."""

    def has_bucket(self, bucket: str) -> bool:
        """Whether there is such a bucket."""
        ...

    def list(self, bucket: str, prefix: str) -> list[StoredObject]:
        """The current objects below a prefix, by key."""
        ...

    def read(self, bucket: str, key: str) -> bytes | None:
        """An object's body; None where there is none."""
        ...

    def put(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        """Write an object. Raises ServiceError when the bucket does not take it."""
        ...


class Catalog(Protocol):
    """Glue's catalog for a service in this process, in the shapes of Glue's API. IAM is not asked."""

    def databases(self) -> list[Mapping[str, Any]]:
        """Every database, by name."""
        ...

    def tables(self, database: str) -> list[Mapping[str, Any]]:
        """Every table of a database, by name; none where there is no such database."""
        ...

    def partitions(self, database: str, table: str) -> list[Mapping[str, Any]]:
        """The partitions that are registered for a table (projected ones are not)."""
        ...


class Cloud(Protocol):
    """What a service may ask of the rest; every method may be called from any thread."""

    state: Path  # the state folder; a service keeps its own in state / <name>
    region: str
    account: str
    endpoint_url: str  # where our gateway answers, e.g. http://127.0.0.1:4566
    clock: Clock
    catalog: Catalog
    objects: Objects

    def put_event(self, *, source: str, detail_type: str, detail: Mapping[str, Any], resources: list[str]) -> None:
        """Put one event of an AWS service on the default bus, its time the clock's; rule targets are started."""
        ...

    def notify(self, arn: str, message: Mapping[str, Any]) -> None:
        """Publish to an SNS topic, or call a function asynchronously, as JSON. Raises ServiceError if it is gone."""
        ...

    def put_logs(self, group: str, stream: str, messages: list[str]) -> None:
        """Append lines to a log stream at the clock's time; makes the group and the stream when they are absent."""
        ...

    def put_metrics(self, namespace: str, data: Sequence[Mapping[str, Any]]) -> None:
        """Put metrics of an AWS service (AWS/Lambda); data as in PutMetricData, stamped with the clock's time."""
        ...

    def on_metrics(self, sink: Callable[[str, Sequence[Mapping[str, Any]]], None]) -> None:
        """Be the one who keeps what `put_metrics` is given."""
        ...

    def on_logs(self, metrics: LogMetrics) -> None:
        """Be the one who makes metrics of log lines, whoever writes them."""
        ...

    def role_credentials(self, role_arn: str, session_name: str) -> dict[str, str]:
        """AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN of the role (12 hours), enforced by IAM.

        Raises AccessDenied when there is no such role.
        """
        ...

    def authorize(
        self, request: Request, action: str, resource_arn: str, context: Mapping[str, Any] | None = None
    ) -> None:
        """Verify the caller and let IAM decide; `context` holds condition keys, e.g. cloudwatch:namespace.

        Raises AccessDenied (or ServiceError for a credential that is unknown, expired or wrongly signed).
        """
        ...

    def authorize_role(self, role_arn: str, action: str, resource_arn: str) -> None:
        """Let IAM decide for a role itself (a state machine's, a job's). Raises AccessDenied."""
        ...

    def register_resource_type(self, type_name: str, create: Create, update: Update, delete: Delete) -> None:
        """Let CloudFormation make resources of this type through us; replaces ministack's own where it has one."""
        ...

    def register_integration(self, prefix: str, handler: Integration) -> None:
        """Let Step Functions tasks with this resource (`arn:aws:states:::sagemaker:createTrainingJob`) come to us.

        `.sync` and `.sync:2` of it come to the same handler (`Task.sync`).
        """
        ...
