"""Operations that describe alarms and their history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.cloudwatch import rules
from emulator.cloudwatch.alarms import Alarm, is_composite, metric_of, metrics_of
from emulator.cloudwatch.book import Book
from emulator.cloudwatch.configuration import ACTIONS
from emulator.cloudwatch.descriptions import described
from emulator.cloudwatch.errors import conflicting, invalid
from emulator.cloudwatch.paging import page
from emulator.cloudwatch.store import Store

Parameters = Mapping[str, Any]
EPOCH = datetime.fromtimestamp(0, UTC)
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
_BRIEFLY = ("AlarmName", "AlarmArn", "StateValue", "StateUpdatedTimestamp")  # of children and parents


class AlarmDescriptions:
    """The operations that only read alarms."""

    def __init__(self, *, store: Store, book: Book) -> None:
        self._store = store
        self._book = book

    def describe_alarms(self, given: Parameters) -> dict[str, Any]:
        """The alarms that fit the filters, by name, in pages; only metric alarms unless AlarmTypes says otherwise."""
        if given.get("AlarmNames") and given.get("AlarmNamePrefix"):
            raise conflicting("AlarmNames and AlarmNamePrefix exclude one another")
        family = self._family(given)
        found = [a for a in self._book.all() if _fits(a, given)] if family is None else family
        chosen, more = page(found, given, most=50, limit=100)
        described_ = [(is_composite(a), described(a if family is None else _brief(a))) for a in chosen]
        return {
            "MetricAlarms": [alarm for composite, alarm in described_ if not composite],
            "CompositeAlarms": [alarm for composite, alarm in described_ if composite],
            **more,
        }

    def _family(self, given: Parameters) -> list[Alarm] | None:
        """The children or the parents that are asked for; None when neither is."""
        if "ChildrenOfAlarmName" in given:
            alarm = self._book.get(given["ChildrenOfAlarmName"])
            names = rules.children(alarm["AlarmRule"]) if alarm and is_composite(alarm) else []
        elif "ParentsOfAlarmName" in given:
            names = self._book.parents(given["ParentsOfAlarmName"])
        else:
            return None
        return [alarm for alarm in map(self._book.get, sorted(names)) if alarm]

    def describe_alarms_for_metric(self, given: Parameters) -> dict[str, Any]:
        """The alarms on exactly this metric; those on expressions are not listed, as on AWS."""
        metric = metric_of(given)
        names = ("Statistic", "ExtendedStatistic", "Period", "Unit")
        found = [
            described(alarm)
            for alarm in self._book.all()
            if "MetricName" in alarm
            and metrics_of(alarm) == {metric}
            and all(given.get(name) in (None, alarm.get(name)) for name in names)
        ]
        return {"MetricAlarms": found}

    def describe_alarm_history(self, given: Parameters) -> dict[str, Any]:
        """What happened to alarms, deleted ones too; newest first unless asked otherwise."""
        start, end = given.get("StartDate", EPOCH), given.get("EndDate", NEVER)
        if start > end:
            raise invalid("StartDate must be before EndDate")
        types = given.get("AlarmTypes") or ["MetricAlarm"]
        items = [
            {"AlarmName": name, "Timestamp": datetime.fromtimestamp(at, UTC), **item}
            for name, at, item in self._store.history(given.get("AlarmName"), start.timestamp(), end.timestamp())
            if given.get("HistoryItemType") in (None, item["HistoryItemType"])
            and item.get("AlarmType", "MetricAlarm") in types
        ]
        if given.get("ScanBy") == "TimestampAscending":
            items.reverse()
        chosen, more = page(items, given, most=100, limit=100)
        return {"AlarmHistoryItems": chosen, **more}


def _fits(alarm: Alarm, given: Parameters) -> bool:
    kind = "CompositeAlarm" if is_composite(alarm) else "MetricAlarm"
    names = given.get("AlarmNames")
    return (
        kind in (given.get("AlarmTypes") or ["MetricAlarm"])
        and (not names or alarm["AlarmName"] in names)
        and alarm["AlarmName"].startswith(given.get("AlarmNamePrefix", ""))
        and given.get("StateValue") in (None, alarm["StateValue"])
        and _acts(alarm, given.get("ActionPrefix"))
    )


def _acts(alarm: Alarm, prefix: str | None) -> bool:
    return prefix is None or any(arn.startswith(prefix) for name in ACTIONS for arn in alarm[name])


def _brief(alarm: Alarm) -> Alarm:
    return {name: alarm[name] for name in _BRIEFLY}
