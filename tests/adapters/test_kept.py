"""Objects that were read before are read again only when they have changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from cumulet.adapters import kept
from cumulet.adapters.kept import Kept


class Objects(dict[str, bytes]):
    """A lake in memory that counts what it is asked for."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.read: list[str] = []

    def etags(self, prefix: str, first: str, last: str) -> Iterator[tuple[str, str]]:
        assert first.startswith(prefix)
        return ((key, str(hash(data))) for key, data in sorted(self.items()) if first <= key <= last)

    def find_many(self, keys: Sequence[str]) -> list[bytes | None]:
        self.read += keys
        return [self.get(key) for key in keys]


@pytest.fixture
def objects() -> Objects:
    return Objects({f"labels/known={n}/x": str(n).encode() for n in range(5)})


KEYS = [f"labels/known={n}/x" for n in range(1, 4)]


def test_values_come_decoded_in_the_order_asked_for(objects):
    assert Kept(objects).find_many(KEYS[::-1], int) == [3, 2, 1]


def test_what_has_not_changed_is_not_read_again(objects):
    lake = Kept(objects)
    lake.find_many(KEYS, int)
    objects.read.clear()
    assert lake.find_many([*KEYS, "labels/known=4/x"], int) == [1, 2, 3, 4]
    assert objects.read == ["labels/known=4/x"]


def test_what_has_changed_is_read_again(objects):
    lake = Kept(objects)
    lake.find_many(KEYS, int)
    objects["labels/known=2/x"] = b"22"
    assert lake.find_many(KEYS, int) == [1, 22, 3]


def test_what_is_absent_or_was_deleted_is_none(objects):
    lake = Kept(objects)
    lake.find_many(KEYS, int)
    del objects["labels/known=3/x"]
    assert lake.find_many([*KEYS, "labels/known=7/x"], int) == [1, 2, None, None]


def test_one_object_decoded_in_two_ways_is_two_values(objects):
    lake = Kept(objects)
    assert (lake.find_many(KEYS, int), lake.find_many(KEYS, bytes.decode)) == ([1, 2, 3], ["1", "2", "3"])


def test_no_key_asks_for_nothing(objects):
    assert Kept(objects).find_many([], int) == []


def test_only_the_most_recently_used_are_kept(objects, monkeypatch):
    monkeypatch.setattr(kept, "MOST", 2)
    lake = Kept(objects)
    lake.find_many(KEYS, int)
    objects.read.clear()
    lake.find_many(KEYS, int)
    assert objects.read == KEYS[:1]
