"""The register of erasures: whom a later night must not bring back, as keyed hashes that name nobody.

An entry is written before anything is erased, and never again: {"keys": {version of the key: [fingerprint, …]}, …}.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from cumulet.core.pseudonyms import KeyRing
from cumulet.core.schema import Schema

RECORD_ID = "id"


def named_by(*schemas: Schema) -> tuple[str, ...]:
    """The columns that name whom or what a row is about: the record's id, and all fields marked identifier."""
    marked = (name for schema in schemas for name in schema.marked("identifier"))
    ids = (RECORD_ID for schema in schemas if RECORD_ID in schema.names)
    return tuple(dict.fromkeys((*ids, *marked)))


@dataclass(frozen=True)
class Register:
    """Everything erased of one use case, by version of the key; false when there is nothing."""

    ring: KeyRing
    fingerprints: Mapping[int, frozenset[str]]

    @classmethod
    def read(cls, ring: KeyRing, entries: Iterable[bytes]) -> Self:
        """The register of these entries."""
        found: dict[int, frozenset[str]] = {}
        for entry in entries:
            for version, prints in json.loads(entry)["keys"].items():
                found[int(version)] = found.get(int(version), frozenset()) | frozenset(prints)
        return cls(ring, found)

    def __bool__(self) -> bool:
        return bool(self.fingerprints)

    def has(self, text: Any) -> bool:
        """Whether an identifier, or a pseudonym, is of somebody erased."""
        if isinstance(text, bool) or not isinstance(text, str | int) or text == "":
            return False
        text = str(text)  # a refused row may spell an identifier as a number
        return any(self.ring.fingerprint(text, version) in known for version, known in self.fingerprints.items())

    def names_row(self, row: Mapping[str, Any], names: Iterable[str]) -> bool:
        """Whether a row, as it came, is of somebody erased."""
        return bool(self) and any(self.has(row.get(name)) for name in names)


def entry(ring: KeyRing, keys: Iterable[str]) -> dict[str, dict[str, list[str]]]:
    """The part of an entry that names the erased."""
    version = str(max(ring.keys, default=0))
    return {"keys": {version: sorted(ring.fingerprint(key, int(version)) for key in keys)}}
