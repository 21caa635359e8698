"""The items of a DynamoDB table in the order in which they expire."""

from __future__ import annotations

import heapq
import itertools
import math
from datetime import datetime
from typing import Any

from ministack.services import dynamodb

TOO_OLD_S = 5 * 365 * 86400  # AWS leaves an item alone whose time passed longer ago

Table = dict[str, Any]
Item = dict[str, dict[str, Any]]


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
