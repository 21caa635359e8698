"""Operations on alarms: put, describe, delete, set their state, switch their actions, their history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.cloudwatch.alarms import Alarm, configure
from emulator.cloudwatch.errors import invalid_request, not_found
from emulator.cloudwatch.evaluation import State
from emulator.cloudwatch.evaluator import Evaluator
from emulator.cloudwatch.store import Store
from emulator.service import Cloud

Parameters = Mapping[str, Any]


class AlarmOperations:
    """The operations on metric alarms."""

    def __init__(self, *, store: Store, cloud: Cloud, evaluator: Evaluator) -> None:
        self._store = store
        self._cloud = cloud
        self._evaluator = evaluator

    def arn(self, name: str) -> str:
        """The ARN of an alarm."""
        return f"arn:aws:cloudwatch:{self._cloud.region}:{self._cloud.account}:alarm:{name}"

    def put_metric_alarm(self, given: Parameters) -> dict[str, Any]:
        """Make or change an alarm; one that exists keeps its state and its tags."""
        name = given["AlarmName"]
        before = self._store.get("alarm", name)
        now = self._cloud.clock.now()
        alarm = configure(given, arn=self.arn(name), now=now, before=before)
        self._store.put("alarm", name, alarm)
        if before is None and given.get("Tags"):
            self._store.put("tags", alarm["AlarmArn"], {tag["Key"]: tag["Value"] for tag in given["Tags"]})
        self._note(name, "updated" if before else "created")
        return {}

    def describe_alarms(self, given: Parameters) -> dict[str, Any]:
        """The alarms that fit the filters, by name, in pages."""
        names, prefix = given.get("AlarmNames"), given.get("AlarmNamePrefix", "")
        if "CompositeAlarm" in given.get("AlarmTypes", ()) and "MetricAlarm" not in given["AlarmTypes"]:
            return {"MetricAlarms": [], "CompositeAlarms": []}
        found = [
            alarm
            for name, alarm in self._store.all("alarm").items()
            if (not names or name in names)
            and name.startswith(prefix)
            and given.get("StateValue") in (None, alarm["StateValue"])
            and _acts(alarm, given.get("ActionPrefix"))
        ]
        start, most = int(given.get("NextToken", "0")), given.get("MaxRecords", 50)
        more = {"NextToken": str(start + most)} if start + most < len(found) else {}
        return {"MetricAlarms": [_described(a) for a in found[start : start + most]], "CompositeAlarms": [], **more}

    def delete_alarms(self, given: Parameters) -> dict[str, Any]:
        """Delete alarms; all or none."""
        gone = [name for name in given["AlarmNames"] if self._store.get("alarm", name) is None]
        if gone:
            raise not_found(f"No such alarm: {', '.join(gone)}")
        for name in given["AlarmNames"]:
            self._store.delete("alarm", name)
            self._store.delete("tags", self.arn(name))
            self._note(name, "deleted")
        return {}

    def set_alarm_state(self, given: Parameters) -> dict[str, Any]:
        """Put an alarm into a state until it is next evaluated."""
        if self._store.get("alarm", given["AlarmName"]) is None:
            raise not_found(f"No such alarm: {given['AlarmName']}")
        if given["StateValue"] not in set(State):
            raise invalid_request(f"StateValue: expected one of {', '.join(State)}")
        data = given.get("StateReasonData", "")
        self._evaluator.set_state(given["AlarmName"], State(given["StateValue"]), given["StateReason"], data)
        return {}

    def enable_alarm_actions(self, given: Parameters) -> dict[str, Any]:
        """Let alarms act."""
        return self._switch(given["AlarmNames"], True)

    def disable_alarm_actions(self, given: Parameters) -> dict[str, Any]:
        """Keep alarms from acting; their changes remain events."""
        return self._switch(given["AlarmNames"], False)

    def describe_alarm_history(self, given: Parameters) -> dict[str, Any]:
        """What happened to alarms, newest first unless asked otherwise."""
        start = given.get("StartDate", datetime.min.replace(tzinfo=UTC))
        end = given.get("EndDate", datetime.max.replace(tzinfo=UTC))
        items = [
            {"AlarmName": name, "AlarmType": "MetricAlarm", "Timestamp": moment, **item}
            for name, at, item in self._store.history()
            if given.get("AlarmName") in (None, name)
            and given.get("HistoryItemType") in (None, item["HistoryItemType"])
            and start <= (moment := datetime.fromtimestamp(at, UTC)) <= end
        ]
        if given.get("ScanBy") == "TimestampAscending":
            items.reverse()
        first, most = int(given.get("NextToken", "0")), given.get("MaxRecords", 100)
        more = {"NextToken": str(first + most)} if first + most < len(items) else {}
        return {"AlarmHistoryItems": items[first : first + most], **more}

    def _switch(self, names: list[str], enabled: bool) -> dict[str, Any]:
        for name in names:
            alarm = self._store.get("alarm", name)
            if alarm is not None:
                self._store.put("alarm", name, {**alarm, "ActionsEnabled": enabled})
        return {}

    def _note(self, name: str, what: str) -> None:
        item = {
            "HistoryItemType": "ConfigurationUpdate",
            "HistorySummary": f'Alarm "{name}" {what}',
            "HistoryData": "{}",
        }
        self._store.add_history(name, self._cloud.clock.now().timestamp(), item)


def _acts(alarm: Alarm, prefix: str | None) -> bool:
    actions = (*alarm["OKActions"], *alarm["AlarmActions"], *alarm["InsufficientDataActions"])
    return prefix is None or any(action.startswith(prefix) for action in actions)


def _described(alarm: Alarm) -> dict[str, Any]:
    return {
        name: datetime.fromtimestamp(value, UTC) if name.endswith("Timestamp") else value
        for name, value in alarm.items()
    }
