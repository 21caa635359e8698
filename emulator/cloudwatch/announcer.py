"""Tells the world that an alarm has changed: its event, its actions, and what its history says of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from emulator.cloudwatch import descriptions, history
from emulator.cloudwatch.alarms import Alarm
from emulator.cloudwatch.evaluation import State
from emulator.cloudwatch.store import Store
from emulator.errors import ServiceError
from emulator.service import Cloud

log = logging.getLogger("emulator.cloudwatch")

_ACTIONS = {State.OK: "OKActions", State.ALARM: "AlarmActions", State.INSUFFICIENT_DATA: "InsufficientDataActions"}


class Announcer:
    """When a method returns, the targets of the event's rules and of the alarm's actions have been started."""

    def __init__(self, *, store: Store, cloud: Cloud) -> None:
        self._store = store
        self._cloud = cloud

    def changed_state(self, before: Alarm, after: Alarm) -> None:
        """An alarm is in another state."""
        detail = {
            "alarmName": after["AlarmName"],
            "state": descriptions.state(after),
            "previousState": descriptions.state(before),
            "configuration": descriptions.configuration(after),
        }
        self._put_event("CloudWatch Alarm State Change", after, detail)
        if after["ActionsEnabled"]:
            for arn in after[_ACTIONS[State(after["StateValue"])]]:
                error = self._act(arn, before, after)
                item = history.action(after, arn, error)
                self._store.write(history=[(after["AlarmName"], after["StateUpdatedTimestamp"], item)])

    def changed_configuration(self, before: Alarm | None, after: Alarm | None) -> None:
        """An alarm was made, changed or deleted."""
        alarm = after or before or {}
        detail: dict[str, Any] = {
            "alarmName": alarm["AlarmName"],
            "operation": "delete" if after is None else "update" if before else "create",
            "state": {"value": alarm["StateValue"], "timestamp": descriptions.state(alarm)["timestamp"]},
            "configuration": descriptions.full_configuration(alarm),
        }
        if before and after:
            detail["previousConfiguration"] = descriptions.full_configuration(before)
        self._put_event("CloudWatch Alarm Configuration Change", alarm, detail)

    def _put_event(self, kind: str, alarm: Alarm, detail: Mapping[str, Any]) -> None:
        self._cloud.put_event(source="aws.cloudwatch", detail_type=kind, detail=detail, resources=[alarm["AlarmArn"]])

    def _act(self, arn: str, before: Alarm, after: Alarm) -> str | None:
        """Why the action failed, or None."""
        account, region = self._cloud.account, self._cloud.region
        service = arn.split(":")[2]
        try:
            if service == "sns":
                self._cloud.notify(arn, descriptions.message(before, after, account, region))
            elif service == "lambda":
                self._cloud.notify(arn, descriptions.call(before, after, account, region))
            else:
                return f"Actions of {service!r} do not exist in this emulator: use a topic, a function or an event rule"
        except ServiceError as error:
            return str(error)
        except Exception as error:
            log.exception("the alarm %s could not act on %s", after["AlarmName"], arn)
            return f"{type(error).__name__}: {error}"
        return None
