"""A search of every byte of a bucket: all versions, what is compressed or packed opened, the keys of objects too."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from cumulet.adapters.object_versions import ObjectVersions, Version
from cumulet.adapters.opening import Opening
from cumulet.core.redaction import Subject

AT_ONCE, THREADS = 64, 8
FIGURES = ("versions", "bytes", "searched", "unopened", "found")


@dataclass(frozen=True)
class Finding:
    """A version in which a key stands, and its bytes."""

    version: Version
    data: bytes


@dataclass
class Search:
    """Searches a bucket; afterwards `table` says what was looked at."""

    bucket: ObjectVersions
    _zones: dict[str, dict[str, int]] = field(default_factory=dict)

    def versions(self, subject: Subject, but: str = "") -> Iterator[Finding]:
        """Every version that holds the subject, its key included; the object `but` is not looked at."""
        self._zones.clear()
        for version, data in self._read():
            if version.key == but:
                continue
            opening, size, there = Opening(data, subject.columns), 0, subject.is_in(version.key.encode())
            for part in opening:
                size += len(part)
                there = there or subject.is_in(part)
            self._count(version, (1, len(data), size, int(not opening.whole), int(there)))
            if there:
                yield Finding(version, data)

    def table(self) -> tuple[dict[str, Any], ...]:
        """By zone: versions searched, their bytes as stored and as opened, how many could not be opened whole (what is
        damaged, or packed too large, is searched as far as it can be), and how many hold a key."""
        return tuple({"zone": zone, **counts} for zone, counts in sorted(self._zones.items()))

    def _count(self, version: Version, figures: tuple[int, ...]) -> None:
        counts = self._zones.setdefault(version.key.split("/")[0], dict.fromkeys(FIGURES, 0))
        for name, n in zip(FIGURES, figures, strict=True):
            counts[name] += n

    def _read(self) -> Iterator[tuple[Version, bytes]]:
        """Every version with its bytes, a few at once; a delete marker has none."""
        everything = self.bucket.list()
        with ThreadPoolExecutor(THREADS) as threads:
            while part := list(islice(everything, AT_ONCE)):
                yield from zip(part, threads.map(self._bytes, part), strict=True)

    def _bytes(self, version: Version) -> bytes:
        return b"" if version.marker else self.bucket.read(version)
