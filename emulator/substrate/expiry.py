"""DynamoDB's time to live: an item is deleted at the moment that its attribute names (AWS: within days of it)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import dynamodb

from emulator.service import Clock
from emulator.substrate.moments import ClockTime
from emulator.substrate.tracked import Item, Table, Tracked

REAPER = "dynamodb-ttl-reaper"  # ministack's thread, which deletes by the minute


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
