"""Operations on dashboards and on tags."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.cloudwatch import dashboard_body
from emulator.cloudwatch.book import Book
from emulator.cloudwatch.errors import not_found
from emulator.cloudwatch.store import Store
from emulator.errors import ServiceError
from emulator.service import Cloud

Parameters = Mapping[str, Any]


class DashboardOperations:
    """The operations on dashboards; their bodies are kept, not drawn."""

    def __init__(self, *, store: Store, cloud: Cloud) -> None:
        self._store = store
        self._cloud = cloud

    def arn(self, name: str) -> str:
        """The ARN of a dashboard."""
        return f"arn:aws:cloudwatch::{self._cloud.account}:dashboard/{name}"

    def put_dashboard(self, given: Parameters) -> dict[str, Any]:
        """Make or replace a dashboard; its body must be one."""
        dashboard_body.check(given["DashboardBody"])
        content = {"body": given["DashboardBody"], "modified": self._cloud.clock.now().timestamp()}
        self._store.put("dashboard", given["DashboardName"], content)
        return {"DashboardValidationMessages": []}

    def get_dashboard(self, given: Parameters) -> dict[str, Any]:
        """One dashboard with its body."""
        name = given["DashboardName"]
        content = self._store.get("dashboard", name)
        if content is None:
            raise not_found(f"Dashboard {name} does not exist")
        return {"DashboardArn": self.arn(name), "DashboardBody": content["body"], "DashboardName": name}

    def list_dashboards(self, given: Parameters) -> dict[str, Any]:
        """Every dashboard whose name has the prefix."""
        prefix = given.get("DashboardNamePrefix", "")
        entries = [
            {
                "DashboardName": name,
                "DashboardArn": self.arn(name),
                "LastModified": datetime.fromtimestamp(content["modified"], UTC),
                "Size": len(content["body"]),
            }
            for name, content in self._store.all("dashboard").items()
            if name.startswith(prefix)
        ]
        return {"DashboardEntries": entries}

    def delete_dashboards(self, given: Parameters) -> dict[str, Any]:
        """Delete dashboards; all or none."""
        gone = [name for name in given["DashboardNames"] if self._store.get("dashboard", name) is None]
        if gone:
            raise not_found(f"Dashboard {', '.join(gone)} does not exist")
        for name in given["DashboardNames"]:
            self._store.delete("dashboard", name)
        return {}


class TagOperations:
    """The operations on tags of alarms."""

    def __init__(self, *, store: Store, book: Book) -> None:
        self._store = store
        self._book = book

    def tag_resource(self, given: Parameters) -> dict[str, Any]:
        """Add tags, or change their values."""
        tags = self._tags(given["ResourceARN"]) | {tag["Key"]: tag["Value"] for tag in given["Tags"]}
        self._store.put("tags", given["ResourceARN"], tags)
        return {}

    def untag_resource(self, given: Parameters) -> dict[str, Any]:
        """Take tags away."""
        tags = {key: value for key, value in self._tags(given["ResourceARN"]).items() if key not in given["TagKeys"]}
        self._store.put("tags", given["ResourceARN"], tags)
        return {}

    def list_tags_for_resource(self, given: Parameters) -> dict[str, Any]:
        """The tags of an alarm."""
        tags = self._tags(given["ResourceARN"])
        return {"Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]}

    def _tags(self, arn: str) -> dict[str, str]:
        if self._book.get(arn.rpartition(":alarm:")[2]) is None:
            raise ServiceError("ResourceNotFoundException", f"No such resource: {arn}", 404)
        tags: dict[str, str] = self._store.get("tags", arn) or {}
        return tags
