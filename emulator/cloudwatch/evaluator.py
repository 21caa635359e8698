"""Alarms change state: evaluation, history, the event, the actions."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Collection
from typing import Any

from emulator.cloudwatch.alarms import Alarm, judge, metric_of, points, statistic_of
from emulator.cloudwatch.evaluation import State
from emulator.cloudwatch.metrics import Metric
from emulator.cloudwatch.reasons import reason, reason_data, stamp
from emulator.cloudwatch.store import Store
from emulator.service import Cloud

_ACTIONS = {State.OK: "OKActions", State.ALARM: "AlarmActions", State.INSUFFICIENT_DATA: "InsufficientDataActions"}
_TRIGGER = (
    "MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Unit", "Dimensions", "Period", "EvaluationPeriods",
    "DatapointsToAlarm", "ComparisonOperator", "Threshold", "TreatMissingData",
)  # fmt: skip


class Evaluator:
    """Evaluates alarms; when `evaluate` returns, the targets of each state change have been started."""

    def __init__(self, *, store: Store, cloud: Cloud) -> None:
        self._store = store
        self._cloud = cloud
        self._lock = threading.Lock()

    def evaluate(self, *, metrics: Collection[Metric] | None = None, longest_period: int | None = None) -> None:
        """Evaluate every alarm, or those on these metrics, or those of at most this period (seconds)."""
        for name, alarm in self._store.all("alarm").items():
            if metrics is not None and metric_of(alarm) not in metrics:
                continue
            if longest_period is None or alarm["Period"] <= longest_period:
                self._evaluate(name)

    def _evaluate(self, name: str) -> None:
        with self._lock:  # reading, judging and writing are one step; events and actions come after it
            alarm = self._store.get("alarm", name)
            if alarm is None:
                return
            now = self._cloud.clock.now()
            seen = points(alarm, self._store, now)
            state, filled = judge(alarm, seen)
            if state is None or state == alarm["StateValue"]:
                return
            why = reason(alarm, state, seen, filled)
            before, after = self._write(alarm, state, why, json.dumps(reason_data(alarm, seen, now)))
        self._announce(before, after)

    def set_state(self, name: str, state: State, why: str, data: str) -> None:
        """Put an alarm into a state until it is next evaluated."""
        with self._lock:
            before, after = self._write(self._store.get("alarm", name), state, why, data)
        if before["StateValue"] != state:
            self._announce(before, after)

    def _write(self, alarm: Alarm, state: State, why: str, data: str) -> tuple[Alarm, Alarm]:
        now = self._cloud.clock.now().timestamp()
        changed = {
            "StateValue": state.value,
            "StateReason": why,
            "StateReasonData": data,
            "StateUpdatedTimestamp": now,
            "StateTransitionedTimestamp": now,
        }
        after = {**alarm, **changed}
        self._store.put("alarm", alarm["AlarmName"], after)
        summary = f"Alarm updated from {alarm['StateValue']} to {state.value}"
        states = {"version": "1.0", "oldState": _state(alarm), "newState": _state(after)}
        item = {"HistoryItemType": "StateUpdate", "HistorySummary": summary, "HistoryData": json.dumps(states)}
        self._store.add_history(alarm["AlarmName"], now, item)
        return alarm, after

    def _announce(self, before: Alarm, after: Alarm) -> None:
        detail = {
            "alarmName": after["AlarmName"],
            "state": _state(after),
            "previousState": _state(before),
            "configuration": _configuration(after),
        }
        self._cloud.put_event(
            source="aws.cloudwatch",
            detail_type="CloudWatch Alarm State Change",
            detail=detail,
            resources=[after["AlarmArn"]],
        )
        if after["ActionsEnabled"]:
            for arn in after[_ACTIONS[State(after["StateValue"])]]:
                self._act(arn, before, after, detail)

    def _act(self, arn: str, before: Alarm, after: Alarm, detail: dict[str, Any]) -> None:
        if ":sns:" in arn:
            self._cloud.notify(arn, _message(before, after, self._cloud))
        else:
            data = {k: v for k, v in detail.items() if k != "alarmName"} | {"alarmName": after["AlarmName"]}
            source = {"source": "aws.cloudwatch", "alarmArn": after["AlarmArn"], "accountId": self._cloud.account}
            time = stamp(after["StateUpdatedTimestamp"])
            self._cloud.notify(arn, {**source, "time": time, "region": self._cloud.region, "alarmData": data})
        item = {
            "HistoryItemType": "Action",
            "HistorySummary": f"Successfully executed action {arn}",
            "HistoryData": "{}",
        }
        self._store.add_history(after["AlarmName"], after["StateUpdatedTimestamp"], item)


def _state(alarm: Alarm) -> dict[str, Any]:
    data = {"reasonData": alarm["StateReasonData"]} if alarm.get("StateReasonData") else {}
    return {
        "value": alarm["StateValue"],
        "reason": alarm["StateReason"],
        **data,
        "timestamp": stamp(alarm["StateUpdatedTimestamp"]),
    }


def _configuration(alarm: Alarm) -> dict[str, Any]:
    metric = metric_of(alarm)
    named = {"namespace": metric.namespace, "name": metric.name, "dimensions": dict(metric.dimensions)}
    stat = {"metric": named, "period": alarm["Period"], "stat": statistic_of(alarm)}
    description = {"description": alarm["AlarmDescription"]} if alarm.get("AlarmDescription") else {}
    return {"metrics": [{"id": str(uuid.uuid4()), "metricStat": stat, "returnData": True}], **description}


def _message(before: Alarm, after: Alarm, cloud: Cloud) -> dict[str, Any]:
    """What goes to an SNS topic."""
    return {
        "AlarmName": after["AlarmName"],
        "AlarmDescription": after.get("AlarmDescription"),
        "AWSAccountId": cloud.account,
        "NewStateValue": after["StateValue"],
        "NewStateReason": after["StateReason"],
        "StateChangeTime": stamp(after["StateUpdatedTimestamp"]),
        "Region": cloud.region,
        "AlarmArn": after["AlarmArn"],
        "OldStateValue": before["StateValue"],
        "Trigger": {name: after[name] for name in _TRIGGER if name in after},
    }
