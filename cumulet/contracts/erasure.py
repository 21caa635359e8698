"""What an erasure plans and what it certifies: the two documents that it leaves below erasures/ in the lake."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Self

from cumulet.contracts.manifests import Manifest

WHOLE = ("runs", "snapshots")
"""Zones whose objects are one piece: without a row they are no longer what their names and readers say."""


def zone(key: str) -> str:
    """The zone of a lake key.

    >>> zone("curated/flights/dt=2013-04-01/records.parquet")
    'curated'
    """
    return key.split("/")[0]


@dataclass(frozen=True, kw_only=True)
class Plan(Manifest):
    """What is to be done for one subject; kept in the lake, keys and all, until it is done."""

    subject: str
    """The fingerprint that the register and the certificate call them by."""
    keys: tuple[str, ...]
    objects: dict[str, int]
    """Current objects, each with the number of its rows that go."""
    versions: tuple[tuple[str, str], ...]
    """Earlier versions: key and id."""

    @classmethod
    def from_json(cls, data: bytes | str) -> Self:
        """Raises ContractError when a field is missing or unknown."""
        stored = super().from_json(data)
        pairs = tuple((key, version) for key, version in stored.versions)
        return cls(subject=stored.subject, keys=tuple(stored.keys), objects=stored.objects, versions=pairs)

    @property
    def snapshots(self) -> tuple[str, ...]:
        """Ids of the datasets that go."""
        every = (*self.objects, *(key for key, _ in self.versions))
        return tuple(sorted({key.split("/")[2] for key in every if zone(key) == "snapshots"}))

    @property
    def rows(self) -> dict[str, int]:
        """Rows and golden records that go, by zone; those of what goes whole are not counted."""
        counts: Counter[str] = Counter()
        for key, n in self.objects.items():
            counts[zone(key)] += 0 if zone(key) in WHOLE else n
        return dict(sorted(counts.items()))


@dataclass(frozen=True, kw_only=True)
class Certificate(Manifest):
    """What was done, and what the search at its end found: nothing. It names nobody."""

    use_case: str
    subject: str
    at: str
    keys: int
    rewritten: dict[str, int]
    """Objects rewritten or deleted, by zone."""
    rows: dict[str, int]
    """Rows and golden records that went, by zone."""
    versions: int
    """Versions and delete markers that lay under them, deleted for good."""
    snapshots: tuple[str, ...]
    searched: tuple[dict[str, Any], ...]
    """By zone: versions, bytes as stored and as opened, how many could not be opened whole, how many hold a key."""
