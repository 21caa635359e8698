"""The rest of the cloud as a service of ours sees it: `Cloud`, over ministack in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from emulator.persistence import Saver
from emulator.service import Catalog, Clock, Create, Delete, Integration, LogMetrics, Objects, Request, Update
from emulator.substrate import access, events, log_metrics, receivers, resources, workflows
from emulator.substrate.catalog import GlueCatalog
from emulator.substrate.objects import Objects as StoredObjects

MetricsSink = Callable[[str, Sequence[Mapping[str, Any]]], None]


class LocalCloud:
    """Implements `emulator.service.Cloud`; see there for what each method promises."""

    def __init__(
        self, *, state: Path, region: str, account: str, endpoint_url: str, clock: Clock, saver: Saver
    ) -> None:
        self.state = state
        self.region = region
        self.account = account
        self.endpoint_url = endpoint_url
        self.clock = clock
        self.catalog: Catalog = GlueCatalog(account=account, region=region)
        self.objects: Objects = StoredObjects(account=account, region=region, on_change=saver.mark)
        self._saver = saver
        self._metrics: MetricsSink = lambda namespace, data: None

    def put_event(self, *, source: str, detail_type: str, detail: Mapping[str, Any], resources: list[str]) -> None:
        """Put one event on the default bus at the clock's time and start its rules' targets."""
        events.put_event(
            source=source,
            detail_type=detail_type,
            detail=detail,
            resources=resources,
            time=self.clock.now(),
            account=self.account,
            region=self.region,
        )
        self._saver.mark()

    def notify(self, arn: str, message: Mapping[str, Any]) -> None:
        """Publish to a topic, or call a function; raises ServiceError when there is none of this name."""
        receivers.check(arn, account=self.account, region=self.region)
        events.notify(arn, message, account=self.account, region=self.region)

    def put_logs(self, group: str, stream: str, messages: list[str]) -> None:
        """Append lines to a log stream."""
        events.put_logs(group, stream, messages, at=self.clock.now(), account=self.account, region=self.region)
        self._saver.mark()

    def put_metrics(self, namespace: str, data: Sequence[Mapping[str, Any]]) -> None:
        """Hand metrics of a service to CloudWatch."""
        self._metrics(namespace, data)

    def on_metrics(self, sink: MetricsSink) -> None:
        """Let CloudWatch take the metrics of the other services."""
        self._metrics = sink

    def on_logs(self, metrics: LogMetrics) -> None:
        """Let CloudWatch make metrics of log lines."""
        log_metrics.install(metrics)

    def role_credentials(self, role_arn: str, session_name: str) -> dict[str, str]:
        """Credentials of a role for a process that runs as it."""
        return access.role_credentials(role_arn, session_name, account=self.account, region=self.region)

    def authorize(
        self, request: Request, action: str, resource_arn: str, context: Mapping[str, Any] | None = None
    ) -> None:
        """Let IAM decide for the caller of a request."""
        access.authorize(request, action, resource_arn, dict(context or {}))

    def authorize_role(self, role_arn: str, action: str, resource_arn: str) -> None:
        """Let IAM decide for a role."""
        access.authorize_role(role_arn, action, resource_arn, account=self.account, region=self.region)

    def register_resource_type(self, type_name: str, create: Create, update: Update, delete: Delete) -> None:
        """Make a type known to CloudFormation."""
        resources.register_resource_type(type_name, create, update, delete)

    def register_integration(self, prefix: str, handler: Integration) -> None:
        """Make an integration known to Step Functions."""
        workflows.register_integration(prefix, handler)
