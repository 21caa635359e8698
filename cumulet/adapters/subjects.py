"""Finding somebody in the lake: their keys, and every version of every object in which one of them stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from cumulet.adapters import redaction
from cumulet.adapters.lake import Lake
from cumulet.adapters.object_versions import ObjectVersions
from cumulet.adapters.searching import Search
from cumulet.contracts import lake as keys
from cumulet.contracts.erasure import Plan, zone
from cumulet.contracts.errors import ContractError, NotFoundError
from cumulet.core.erasures import RECORD_ID, Register, named_by
from cumulet.core.pseudonyms import KeyRing, is_pseudonym
from cumulet.core.redaction import Subject
from cumulet.core.usecase import UseCase

SHORTEST = 4
"""Characters of a key: a shorter one stands everywhere by chance."""


class Subjects:
    """The subjects of one use case in a lake; `others` are the use cases beside it, whose objects are not its own."""

    def __init__(self, lake: Lake, use_case: UseCase, ring: KeyRing, others: Collection[str] = ()) -> None:
        self.lake, self.use_case, self.ring = lake, use_case, ring
        self.columns = named_by(use_case.schema, use_case.outcomes, *use_case.side_tables.values())
        self.versions = ObjectVersions(lake.bucket)
        self.search = Search(self.versions)
        self._others = tuple(sorted({*others} - {use_case.name}, key=len, reverse=True))

    def find(self, given: str) -> Plan:
        """What the lake has of a subject, by identifier, pseudonym or record id; goes on from a plan that is open.

        Raises NotFoundError when no row is theirs and nobody of that name was erased, ContractError for a key that is
        too short to search for.
        """
        if len(given.strip()) < SHORTEST:
            raise ContractError(f"--subject {given!r}: give a key of at least {SHORTEST} characters")
        name = self.ring.fingerprint(self.ring.spellings(given)[-1])  # an identifier and its pseudonym are one subject
        begun = self._begun(name)
        subject = self._subject({*self._spellings(given), *(begun.keys if begun else ())})
        counts = {
            one.version: redaction.without(one.version.key, one.data, subject).rows
            for one in self.search.versions(subject)
            if self.owns(one.version.key)
        }
        if not begun and not sum(counts.values()) and not self.register().has(given):
            raise NotFoundError(
                f"{self.use_case.name}: no row is named {given!r} (by {', '.join(self.columns)}), so nothing was "
                f"changed; it is mentioned in {len(counts)} objects"
            )
        objects = {version.key: n for version, n in counts.items() if version.current}
        versions = {(version.key, version.id) for version in counts if not version.current}
        return Plan(
            subject=name,
            keys=tuple(sorted(subject.keys)),
            objects={**objects, **(begun.objects if begun else {})},
            versions=tuple(sorted({*versions, *(begun.versions if begun else ())})),
        )

    def register(self) -> Register:
        """Who was erased before."""
        entries = self.lake.find_many(self.lake.list(keys.erasures(self.use_case.name, "register")))
        return Register.read(self.ring, filter(None, entries))

    def owns(self, key: str) -> bool:
        """Whether an object is the use case's, or at least no other's; what erasures wrote is neither."""
        dataset = f"{key}/".split("/")[1]
        other = next((name for name in self._others if dataset == name or dataset.startswith(f"{name}_")), "")
        own = dataset == self.use_case.name or dataset.startswith(f"{self.use_case.name}_")
        return zone(key) != "erasures" and (not other or (own and len(other) < len(self.use_case.name)))

    def open_key(self, subject: str) -> str:
        """Where the plan of a subject is until it is done."""
        return f"{keys.erasures(self.use_case.name, 'open')}{subject[:16]}.json"

    def _begun(self, subject: str) -> Plan | None:
        data = self.lake.find(self.open_key(subject))
        return Plan.from_json(data) if data is not None else None

    def _subject(self, given: Collection[str]) -> Subject:
        """All keys of a subject: those given, and the ids of the records that these name."""
        subject = Subject(frozenset(given), self.columns)
        if self.columns == (RECORD_ID,):
            return subject
        ids: set[str] = set()
        for one in self.search.versions(subject):
            if self.owns(one.version.key):
                ids |= redaction.values(one.version.key, one.data, RECORD_ID, subject)
        named = {spelling for each in ids for spelling in self.ring.spellings(each)}
        return replace(subject, keys=subject.keys | named)

    def _spellings(self, given: str) -> set[str]:
        """What a subject is called: of a pseudonym also the clear text, as long as raw still has it."""
        own = set(self.ring.spellings(given))
        if not is_pseudonym(given.strip()):
            return own
        values: set[str] = set()
        for version in self.versions.list(f"raw/{self.use_case.name}/"):
            data = b"" if version.marker else self.versions.read(version)
            values |= {value for name in self.columns for value in redaction.values(version.key, data, name)}
        clear = {value for value in values if own & set(self.ring.spellings(value))}
        return own | {spelling for value in clear for spelling in self.ring.spellings(value)}
