"""DynamoDB's time to live: an item is deleted at the moment that its attribute names (AWS: within days of it)."""

from __future__ import annotations

import heapq
import itertools
import math
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import dynamodb

from emulator.service import Clock
from emulator.substrate.moments import ClockTime

TOO_OLD_S = 5 * 365 * 86400  # AWS leaves an item alone whose time passed longer ago
REAPER = "dynamodb-ttl-reaper"  # ministack's thread, which deletes by the minute

Table = dict[str, Any]
Item = dict[str, dict[str, Any]]


def install(clock: Clock, *, on_fire: Callable[[], None]) -> None:
    """Let the clock delete expired items instead of ministack's thread; `on_fire` is called when one was due."""
    expiry = Expiry(clock, on_fire)
    set_item, replaced, build = dynamodb._set_item, dynamodb._items_replaced, dynamodb._build_change_record

    def set_and_note(table: Table, partition: Any, sort: Any, item: Item) -> Any:
        old = set_item(table, partition, sort, item)
        expiry.note(table, partition, sort, item)
        return old

    def replaced_and_forgotten(table: Table) -> None:
        expiry.forget(table)
        replaced(table)

    def build_as_service(*arguments: Any) -> dict[str, Any]:
        record: dict[str, Any] = build(*arguments)
        if expiry.is_deleting:
            record["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
        return record

    dynamodb._set_item, dynamodb._items_replaced = set_and_note, replaced_and_forgotten
    dynamodb._build_change_record = build_as_service
    dynamodb.time = _Time(clock)
    clock.add(expiry)


class _Time(ClockTime):
    """Ends ministack's own thread when it next looks at the time."""

    def time(self) -> float:
        if threading.current_thread().name == REAPER:
            raise SystemExit
        return super().time()


class Expiry:
    """The agenda of items that expire. A table's items are read once, then what is stored is followed."""

    name = "expiry"

    def __init__(self, clock: Clock, on_fire: Callable[[], None]) -> None:
        self._clock, self._on_fire = clock, on_fire
        self._tracked: dict[str, Tracked] = {}  # by table's ARN
        self._lock = threading.RLock()
        self._deleting = threading.local()

    @property
    def is_deleting(self) -> bool:
        """Whether this thread deletes an expired item."""
        return getattr(self._deleting, "now", False)

    def note(self, table: Table, partition: Any, sort: Any, item: Item) -> None:
        """An item is stored."""
        with self._lock:
            tracked = self._tracked.get(table["TableArn"])
            if tracked:
                tracked.push(partition, sort, item, self._clock.now())

    def forget(self, table: Table) -> None:
        """All items were replaced: read them again."""
        with self._lock:
            self._tracked.pop(table["TableArn"], None)

    def next_due(self, after: datetime) -> datetime | None:
        """When the next item expires: at the next second when its time had passed as it was stored."""
        with self._lock:
            first = min((when for _, tracked in self._all() if (when := tracked.first())), default=None)
        if first is None:
            return None
        return max(datetime.fromtimestamp(first, UTC), after.replace(microsecond=0) + timedelta(seconds=1))

    def fire(self, moment: datetime) -> None:
        """Delete what has expired; the stream's records say that it was the service."""
        self._deleting.now = True
        self._on_fire()
        try:
            for (account, region), tracked in self._all():
                while (when := tracked.first()) and when <= moment.timestamp():
                    with request_scope(account, region):
                        tracked.delete_first()
        finally:
            self._deleting.now = False

    def _all(self) -> list[tuple[tuple[str, str], Tracked]]:
        """Each table with a time to live, in the order of their names."""
        found = []
        with self._lock:
            for (account, region, name), setting in sorted(dynamodb._ttl_settings.all_items(), key=lambda i: i[0]):
                table = dynamodb._tables.get_scoped(account, region, name)
                if table and setting.get("TimeToLiveStatus") == "ENABLED":
                    found.append(((account, region), self._track(table, setting["AttributeName"])))
        return found

    def _track(self, table: Table, attribute: str) -> Tracked:
        tracked = self._tracked.get(table["TableArn"])
        if tracked is None or tracked.attribute != attribute or tracked.table is not table:
            tracked = self._tracked[table["TableArn"]] = Tracked(table, attribute, self._clock.now())
        return tracked


class Tracked:
    """One table's items by the time that they expire; entries whose item has gone or changed are passed over."""

    def __init__(self, table: Table, attribute: str, now: datetime) -> None:
        self.table, self.attribute = table, attribute
        self._heap: list[tuple[float, int, float, Any, Any]] = []  # due, number, the item's time, values of the keys
        self._numbers = itertools.count()
        for partition, items in list(table["items"].items()):
            for sort, item in list(items.items()):
                self.push(partition, sort, item, now)

    def push(self, partition: Any, sort: Any, item: Item, now: datetime) -> None:
        """Follow an item that is stored now."""
        when = self._when(item)
        if when is not None and when > now.timestamp() - TOO_OLD_S:
            due = max(when, math.floor(now.timestamp()) + 1.0)
            heapq.heappush(self._heap, (due, next(self._numbers), when, partition, sort))

    def first(self) -> float | None:
        """When the first item is due (epoch seconds)."""
        while self._heap:
            due, _, when, partition, sort = self._heap[0]
            item = self.table["items"].get(partition, {}).get(sort)
            if item is not None and self._when(item) == when:
                return due
            heapq.heappop(self._heap)
        return None

    def delete_first(self) -> None:
        """Delete the first item."""
        *_, partition, sort = heapq.heappop(self._heap)
        old = dynamodb._remove_item(self.table, partition, sort)
        dynamodb._emit_stream_event(self.table["TableName"], "REMOVE", old, None)

    def _when(self, item: Item) -> float | None:
        try:
            return float(item[self.attribute]["N"])
        except (KeyError, TypeError, ValueError):
            return None
