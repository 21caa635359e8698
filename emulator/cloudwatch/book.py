"""Every alarm, in memory and in the store, and which of them watch a metric or another alarm."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence

from emulator.cloudwatch.alarms import Alarm, is_composite, metrics_of
from emulator.cloudwatch.metrics import Metric
from emulator.cloudwatch.rules import children
from emulator.cloudwatch.store import Item, Store


class Book:
    """Alarms by name. An alarm that was read is never changed: `put` replaces it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.lock = threading.RLock()  # reading, judging and writing an alarm are one step
        self._alarms: dict[str, Alarm] = store.all("alarm")
        self._watching: dict[Metric, set[str]] = {}
        self._parents: dict[str, set[str]] = {}
        self._names: list[str] = []
        self._index()

    def get(self, name: str) -> Alarm | None:
        """An alarm, or None."""
        return self._alarms.get(name)

    def all(self) -> list[Alarm]:
        """Every alarm, by name."""
        with self.lock:
            return [self._alarms[name] for name in self._names]

    def watching(self, metrics: Iterable[Metric]) -> list[str]:
        """The names of the alarms on these metrics."""
        if not self._watching:
            return []
        with self.lock:
            return sorted({name for metric in metrics for name in self._watching.get(metric, ())})

    def parents(self, name: str) -> list[str]:
        """The names of the composite alarms whose rule names this alarm."""
        return sorted(self._parents.get(name, ()))

    def put(self, alarm: Alarm, history: Sequence[Item] = ()) -> None:
        """Write an alarm and what its history says of it."""
        name = alarm["AlarmName"]
        with self.lock:
            self._store.write(documents=[("alarm", name, alarm)], history=history)
            before = self._alarms.get(name)
            self._alarms[name] = alarm
            if before is None or _watched(before) != _watched(alarm):
                self._index()

    def delete(self, names: Sequence[str], arns: Sequence[str], history: Sequence[Item]) -> None:
        """Delete alarms and their tags."""
        with self.lock:
            documents = [("alarm", name, None) for name in names] + [("tags", arn, None) for arn in arns]
            self._store.write(documents=documents, history=history)
            for name in names:
                self._alarms.pop(name, None)
            self._index()

    def _index(self) -> None:
        watching: defaultdict[Metric, set[str]] = defaultdict(set)
        parents: defaultdict[str, set[str]] = defaultdict(set)
        for name, alarm in self._alarms.items():
            if is_composite(alarm):
                for child in children(alarm["AlarmRule"]):
                    parents[child].add(name)
            else:
                for metric in metrics_of(alarm):
                    watching[metric].add(name)
        self._watching, self._parents, self._names = dict(watching), dict(parents), sorted(self._alarms)


def _watched(alarm: Alarm) -> tuple[object, ...]:
    return tuple(alarm.get(name) for name in ("AlarmRule", "Namespace", "MetricName", "Dimensions", "Metrics"))
