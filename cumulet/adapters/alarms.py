"""The alarms of a use case, and what happened to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cumulet.adapters.session import client


def states(names: Sequence[str]) -> list[dict[str, Any]]:
    """Name, metric, state, reason of each alarm, and since when (UTC, whole seconds); sorted by name."""
    found: list[dict[str, Any]] = []
    for page in client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNames=list(names)):
        found += [
            {
                "alarm": a["AlarmName"],
                "metric": a.get("MetricName", ""),
                "state": a["StateValue"],
                "reason": a["StateReason"],
                "since": _since(a),
            }
            for a in page["MetricAlarms"]
        ]
    return sorted(found, key=lambda alarm: str(alarm["alarm"]))


def _since(alarm: Mapping[str, Any]) -> datetime:
    moment: datetime = alarm.get("StateTransitionedTimestamp", alarm["StateUpdatedTimestamp"])
    return moment.astimezone(UTC).replace(microsecond=0)


def changes(names: Sequence[str]) -> list[dict[str, Any]]:
    """Every change of state of these alarms, oldest first: time, alarm, summary."""
    found: list[dict[str, Any]] = []
    pages = client("cloudwatch").get_paginator("describe_alarm_history")
    for name in names:
        for page in pages.paginate(AlarmName=name, HistoryItemType="StateUpdate"):
            found += [
                {"at": f"{i['Timestamp']:%Y-%m-%d %H:%M}", "alarm": name, "summary": i["HistorySummary"]}
                for i in page["AlarmHistoryItems"]
            ]
    return sorted(found, key=lambda change: (str(change["at"]), str(change["alarm"])))
