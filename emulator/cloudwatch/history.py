"""The items of an alarm's history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from emulator.cloudwatch.alarms import Alarm, is_composite
from emulator.cloudwatch.descriptions import small

_NOT_CONFIGURATION = ("StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp")


def state_update(before: Alarm, after: Alarm) -> dict[str, Any]:
    """The history item of a change of state."""
    short = [{"stateValue": a["StateValue"], "stateReason": a["StateReason"]} for a in (before, after)]
    for item, alarm in zip(short, (before, after), strict=True):
        if alarm.get("StateReasonData"):
            item["stateReasonData"] = _loads(alarm["StateReasonData"])
    data = {"version": "1.0", "oldState": short[0], "newState": short[1]}
    summary = f"Alarm updated from {before['StateValue']} to {after['StateValue']}"
    return _item(after, "StateUpdate", summary, data)


def configuration_update(before: Alarm | None, after: Alarm | None) -> dict[str, Any]:
    """The history item of an alarm that was made, changed or deleted."""
    alarm = after or before or {}
    kind = "Delete" if after is None else "Update" if before else "Create"
    named = {"Delete": "deletedAlarm", "Update": "updatedAlarm", "Create": "createdAlarm"}[kind]
    what = {small(k): v for k, v in alarm.items() if k not in _NOT_CONFIGURATION}
    summary = f'Alarm "{alarm["AlarmName"]}" {kind.lower()}d'
    return _item(alarm, "ConfigurationUpdate", summary, {"version": "1.0", "type": kind, named: what})


def action(alarm: Alarm, arn: str, error: str | None) -> dict[str, Any]:
    """The history item of an action; `error` says why it failed."""
    outcome = {"actionState": "Failed", "error": error} if error else {"actionState": "Succeeded"}
    done = f"Failed to execute action {arn}" if error else f"Successfully executed action {arn}"
    return _item(alarm, "Action", done, {**outcome, "stateUpdateTimestamp": alarm["StateUpdatedTimestamp"]})


def _item(alarm: Alarm, kind: str, summary: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "AlarmType": "CompositeAlarm" if is_composite(alarm) else "MetricAlarm",
        "HistoryItemType": kind,
        "HistorySummary": summary,
        "HistoryData": json.dumps(data),
    }


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
