"""Objects that a warm process has read before: a listing says by ETag which are still the same.

A night looks back on weeks of small objects of which one is new; a listing and one read are cheaper than dozens.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from posixpath import commonpath
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
MOST = 256
"""Objects that are kept, the most recently used ones."""


class Objects(Protocol):
    """What is asked of the lake."""

    def etags(self, prefix: str, first: str, last: str) -> Iterator[tuple[str, str]]:
        """(key, ETag) of the objects below a prefix, from a key to a key."""
        ...

    def find_many(self, keys: Sequence[str]) -> Sequence[bytes | None]:
        """The bytes of several objects; None for each that is absent."""
        ...


class Kept:
    """Decoded objects by key and decoder; safe to share between threads. What it gives must not be changed."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._values: OrderedDict[tuple[str, Any], tuple[str, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def find_many(self, keys: Sequence[str], decode: Callable[[bytes], T]) -> list[T | None]:
        """Several objects of one zone, decoded; None for each that is absent."""
        if not keys:
            return []
        there = dict(self._objects.etags(commonpath(keys), min(keys), max(keys)))
        with self._lock:
            known = {key: self._values.get((key, decode), ("", None)) for key in keys}
        stale = [key for key in keys if key in there and known[key][0] != there[key]]
        fresh = zip(stale, self._objects.find_many(stale), strict=True)
        known |= {key: (there[key], decode(data)) for key, data in fresh if data is not None}
        self._keep({key: known[key] for key in keys if key in there}, decode)
        return [known[key][1] if key in there else None for key in keys]

    def _keep(self, values: dict[str, tuple[str, Any]], decode: Any) -> None:
        with self._lock:
            for key, value in values.items():
                self._values[key, decode] = value
                self._values.move_to_end((key, decode))
            while len(self._values) > MOST:
                self._values.popitem(last=False)
