"""Operations that make, change and delete alarms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from emulator.cloudwatch import configuration, history, rules
from emulator.cloudwatch.agenda import AlarmAgenda
from emulator.cloudwatch.alarms import Alarm, is_composite
from emulator.cloudwatch.announcer import Announcer
from emulator.cloudwatch.book import Book
from emulator.cloudwatch.errors import invalid_request, not_found
from emulator.cloudwatch.evaluation import State
from emulator.cloudwatch.evaluator import Evaluator
from emulator.cloudwatch.store import Store
from emulator.service import Cloud

Parameters = Mapping[str, Any]
Configure = Callable[..., Alarm]


class AlarmOperations:
    """The operations that change alarms."""

    def __init__(
        self,
        *,
        store: Store,
        book: Book,
        cloud: Cloud,
        evaluator: Evaluator,
        announcer: Announcer,
        agenda: AlarmAgenda,
    ) -> None:
        self._store = store
        self._book = book
        self._cloud = cloud
        self._evaluator = evaluator
        self._announcer = announcer
        self._agenda = agenda

    def arn(self, name: str) -> str:
        """The ARN of an alarm."""
        return f"arn:aws:cloudwatch:{self._cloud.region}:{self._cloud.account}:alarm:{name}"

    def put_metric_alarm(self, given: Parameters) -> dict[str, Any]:
        """Make or change an alarm on metrics; one that exists keeps its state and its tags."""
        self._put(given, configuration.metric_alarm)
        self._agenda.expect([given["AlarmName"]], self._cloud.clock.now())
        return {}

    def put_composite_alarm(self, given: Parameters) -> dict[str, Any]:
        """Make or change an alarm on alarms, and evaluate it."""
        unknown = [name for name in rules.children(given["AlarmRule"]) if self._book.get(name) is None]
        if unknown:
            raise invalid_request(
                f"Could not save the composite alarm: the alarms {', '.join(unknown)} of its rule do not exist"
            )
        self._put(given, configuration.composite_alarm)
        self._evaluator.evaluate_composite(given["AlarmName"])
        return {}

    def _put(self, given: Parameters, configure: Configure) -> None:
        name, now = given["AlarmName"], self._cloud.clock.now()
        with self._book.lock:
            before = self._book.get(name)
            if before is not None and is_composite(before) != ("AlarmRule" in given):
                raise invalid_request(f"The alarm {name} exists already and is of another type")
            alarm = configure(given, arn=self.arn(name), now=now, before=before)
            self._book.put(alarm, [(name, now.timestamp(), history.configuration_update(before, alarm))])
            if before is None and given.get("Tags"):
                self._store.put("tags", alarm["AlarmArn"], {tag["Key"]: tag["Value"] for tag in given["Tags"]})
        self._announcer.changed_configuration(before, alarm)

    def delete_alarms(self, given: Parameters) -> dict[str, Any]:
        """Delete alarms; all or none. What a composite alarm depends on stays, as does a second composite alarm."""
        names = list(dict.fromkeys(given["AlarmNames"]))
        with self._book.lock:
            gone = [name for name in names if self._book.get(name) is None]
            if gone:
                raise not_found(f"No such alarm: {', '.join(gone)}")
            alarms = [alarm for alarm in map(self._book.get, names) if alarm]
            if sum(map(is_composite, alarms)) > 1:
                raise invalid_request("At most one composite alarm can be deleted at a time")
            for name in names:
                needed = [parent for parent in self._book.parents(name) if parent != name]
                if needed:
                    raise invalid_request(f"The alarm {name} is in the rule of the composite alarm {needed[0]}")
            now = self._cloud.clock.now().timestamp()
            items = [(a["AlarmName"], now, history.configuration_update(a, None)) for a in alarms]
            self._book.delete(names, [alarm["AlarmArn"] for alarm in alarms], items)
        for alarm in alarms:
            self._announcer.changed_configuration(alarm, None)
        return {}

    def set_alarm_state(self, given: Parameters) -> dict[str, Any]:
        """Put an alarm into a state until it is next evaluated."""
        name = given["AlarmName"]
        if self._book.get(name) is None:
            raise not_found(f"No such alarm: {name}")
        if given["StateValue"] not in set(State):
            raise invalid_request(f"StateValue: expected one of {', '.join(State)}")
        data = given.get("StateReasonData", "")
        self._evaluator.set_state(name, State(given["StateValue"]), given["StateReason"], data)
        self._agenda.expect([name], self._cloud.clock.now())
        return {}

    def enable_alarm_actions(self, given: Parameters) -> dict[str, Any]:
        """Let alarms act."""
        return self._switch(given["AlarmNames"], True)

    def disable_alarm_actions(self, given: Parameters) -> dict[str, Any]:
        """Keep alarms from acting; their changes remain events."""
        return self._switch(given["AlarmNames"], False)

    def _switch(self, names: list[str], enabled: bool) -> dict[str, Any]:
        now = self._cloud.clock.now().timestamp()
        for name in names:
            with self._book.lock:
                before = self._book.get(name)
                if before is None or before["ActionsEnabled"] == enabled:
                    continue
                alarm = {**before, "ActionsEnabled": enabled, "AlarmConfigurationUpdatedTimestamp": now}
                self._book.put(alarm, [(name, now, history.configuration_update(before, alarm))])
            self._announcer.changed_configuration(before, alarm)
        return {}
