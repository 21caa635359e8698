"""A cloud and a clock for CloudWatch's unit tests: time stands still unless it is advanced."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emulator.cloudwatch import create
from emulator.cloudwatch.service import CloudWatch
from emulator.service import Agenda

START = datetime(2013, 4, 1, 7, tzinfo=UTC)


class FakeClock:
    def __init__(self, now: datetime = START) -> None:
        self.moment = now
        self.agendas: list[Agenda] = []
        self.listeners: list[Callable[[], None]] = []
        self.fired = 0

    def now(self) -> datetime:
        return self.moment

    def add(self, agenda: Agenda) -> None:
        self.agendas.append(agenda)

    def on_change(self, listener: Callable[[], None]) -> None:
        self.listeners.append(listener)

    def set(self, now: datetime) -> None:
        self.moment = now
        for listener in self.listeners:
            listener()

    def advance(self, to: datetime) -> None:
        """Fire what is due on the way, each at its moment."""
        while True:
            due = [(d, i) for i, agenda in enumerate(self.agendas) if (d := agenda.next_due(self.moment)) is not None]
            if not due or min(due)[0] > to:
                break
            moment, index = min(due)
            self.moment = moment
            self.agendas[index].fire(moment)
            self.fired += 1
        self.moment = to


class FakeCloud:
    region = "us-east-1"
    account = "000000000000"
    endpoint_url = ""

    def __init__(self, state: Path, now: datetime = START) -> None:
        self.state = state
        self.clock = FakeClock(now)
        self.events: list[dict[str, Any]] = []
        self.notified: list[tuple[str, Mapping[str, Any]]] = []
        self.types: dict[str, tuple[Any, ...]] = {}

    def put_event(self, *, source: str, detail_type: str, detail: Mapping[str, Any], resources: list[str]) -> None:
        self.events.append({"detail-type": detail_type, "detail": json.loads(json.dumps(detail))})

    def notify(self, arn: str, message: Mapping[str, Any]) -> None:
        self.notified.append((arn, message))

    def on_metrics(self, sink: Callable[[str, Sequence[Mapping[str, Any]]], None]) -> None:
        self.put_metrics = sink

    def on_logs(self, metrics: Any) -> None:
        self.logs = metrics

    def register_resource_type(self, name: str, create: Any, update: Any, delete: Any) -> None:
        self.types[name] = (create, update, delete)

    def authorize(self, *arguments: Any, **more: Any) -> None: ...

    def changes(self) -> list[tuple[str, str, str]]:
        """(alarm, state, when) of each change of state."""
        details = [e["detail"] for e in self.events if e["detail-type"] == "CloudWatch Alarm State Change"]
        return [(d["alarmName"], d["state"]["value"], d["state"]["timestamp"]) for d in details]


class Calls:
    """CloudWatch without the wire: `calls.put_metric_alarm(AlarmName=…)`."""

    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud
        self.service: CloudWatch = create(cloud)  # type: ignore[arg-type]

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        groups = self.service._api._groups
        found = next(getattr(group, operation) for group in groups if hasattr(group, operation))
        return lambda **given: found(given)

    def state(self, name: str) -> str:
        found = self.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        return str((found["MetricAlarms"] + found["CompositeAlarms"])[0]["StateValue"])

    def put(self, value: float, name: str = "m", **datum: Any) -> None:
        self.put_metric_data(Namespace="Mine", MetricData=[{"MetricName": name, "Value": value, **datum}])


def alarm(name: str = "a", **changed: Any) -> dict[str, Any]:
    """Parameters of PutMetricAlarm: Maximum of Mine/m above 10, one minute."""
    given = {
        "AlarmName": name,
        "Namespace": "Mine",
        "MetricName": "m",
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 10.0,
        "ComparisonOperator": "GreaterThanThreshold",
        **changed,
    }
    return {key: value for key, value in given.items() if value is not None}
