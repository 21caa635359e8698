"""Erasing somebody from the lake: find, note, remove, prove. Each step can be done again, so a killed run is run again.

1. find      every version of every object in which one of the keys stands
2. note      the plan (erasures/…/open/, with the keys, until the end) and the register (keyed hashes, for ever)
3. remove    rows from tables, golden records from models; snapshots and what runs pass on go whole
4. mend      the day manifests: the hash and the count of what was rewritten
5. sweep     the versions that lie under what was rewritten or deleted, and those found in step 1
6. prove     search every byte of the lake; the certificate; the plan is deleted
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from cumulet.adapters import redaction
from cumulet.adapters.lake import Lake
from cumulet.adapters.object_versions import ObjectVersions, Version
from cumulet.adapters.searching import Search
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import ContractError, JobError, NotFoundError
from cumulet.contracts.manifests import DayManifest, Tombstone, canonical, sha256
from cumulet.core.erasures import RECORD_ID, Register, entry, named_by
from cumulet.core.pseudonyms import KeyRing, is_pseudonym
from cumulet.core.redaction import Subject
from cumulet.core.usecase import UseCase

SHORTEST = 4
"""Characters of a key: a shorter one stands everywhere by chance."""
WHOLE = ("runs", "snapshots")
"""Zones whose objects are one piece: without a row they are no longer what their names and readers say."""
TYPES = {"json": "application/json", "jsonl": "application/jsonl", "parquet": "application/x-parquet", "csv": "text/csv"}
Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be done for one subject; kept in the lake, keys and all, until it is done."""

    subject: str
    """The fingerprint that the register and the certificate call them by."""
    keys: tuple[str, ...]
    objects: dict[str, int]
    """Current objects, each with the number of its rows that go."""
    versions: tuple[tuple[str, str], ...]
    """Earlier versions: key and id."""

    @property
    def snapshots(self) -> tuple[str, ...]:
        """Ids of the datasets that go."""
        found = (key.split("/")[2] for key in (*self.objects, *(key for key, _ in self.versions)) if _zone(key) == "snapshots")
        return tuple(sorted(set(found)))


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """What was done, and what the search at its end found: nothing. It names nobody."""

    use_case: str
    subject: str
    at: str
    keys: int
    rewritten: dict[str, int]
    """Objects rewritten or deleted, by zone."""
    rows: dict[str, int]
    """Rows and golden records that went, by zone; of runs and snapshots none are counted."""
    versions: int
    """Versions and delete markers that were deleted for good."""
    snapshots: tuple[str, ...]
    searched: tuple[dict[str, Any], ...]
    """By zone: versions, bytes and texts that were searched, and how many hold a key."""


class Erasing:
    """Erases from one lake what it holds of the subjects of one use case; `others` are the use cases beside it."""

    def __init__(self, lake: Lake, use_case: UseCase, ring: KeyRing, others: Collection[str] = ()) -> None:
        self.lake, self.use_case, self.ring = lake, use_case, ring
        self.versions = ObjectVersions(lake.bucket)
        self.search = Search(self.versions)
        self._others = tuple(sorted({*others} - {use_case.name}, key=len, reverse=True))
        self._columns = named_by(use_case.schema, use_case.outcomes, *use_case.side_tables.values())

    def find(self, given: str) -> Plan:
        """What the lake has of a subject, by identifier, pseudonym or record id; goes on from a plan that is open.

        Raises NotFoundError when no row is theirs and nobody of that name was erased, ContractError for a key that is
        too short to search for.
        """
        if len(given.strip()) < SHORTEST:
            raise ContractError(f"--subject {given!r}: give a key of at least {SHORTEST} characters")
        name = self.ring.fingerprint(self._known_as(given))
        begun = self._begun(name)
        clear = self._clear(given) if is_pseudonym(given) else set()
        subject = self._subject({*self.ring.spellings(given), *clear, *(begun.keys if begun else ())})
        counts = {
            one.version: redaction.without(one.version.key, one.data, subject).rows
            for one in self.search.versions(subject)
            if self._owns(one.version.key)
        }
        if not begun and not sum(counts.values()) and not self.register().has(given):
            raise NotFoundError(
                f"{self.use_case.name}: no row is {given!r}'s ({', '.join(self._columns)}), so nothing was changed; "
                f"it is mentioned in {len(counts)} objects"
            )
        objects = {version.key: n for version, n in counts.items() if version.current}
        versions = {(version.key, version.id) for version in counts if not version.current}
        return Plan(
            subject=name,
            keys=tuple(sorted(subject.keys)),
            objects={**objects, **(begun.objects if begun else {})},
            versions=tuple(sorted({*versions, *(begun.versions if begun else ())})),
        )

    def erase(self, plan: Plan, at: datetime, note: Progress = lambda text: None) -> Certificate:
        """Do what the plan says and prove it. Raises JobError naming where a key still stands."""
        subject = self._subject(plan.keys)
        self._put(self._open_key(plan.subject), asdict(plan))
        self._enter(plan, at)
        self._bury(plan, at)
        for key in sorted(plan.objects):
            note(_zone(key))
            self._remove(key, subject)
        self._mend(plan)
        swept = self._sweep(plan)
        note("searching every byte")
        searched = self.prove(subject, plan)
        certificate = Certificate(
            use_case=self.use_case.name,
            subject=plan.subject,
            at=at.isoformat(timespec="seconds"),
            keys=len(plan.keys),
            rewritten=dict(Counter(_zone(key) for key in plan.objects)),
            rows=_by_zone(plan.objects),
            versions=swept,
            snapshots=plan.snapshots,
            searched=searched,
        )
        self._put(f"{self._prefix('certificates')}{plan.subject[:16]}-{at:%Y%m%dT%H%M%SZ}.json", asdict(certificate))
        self._delete_whole(self._open_key(plan.subject))
        return certificate

    def prove(self, subject: Subject, plan: Plan) -> tuple[dict[str, Any], ...]:
        """Search every version of every object for the keys; by zone what was searched. Raises JobError when found."""
        found = [one.version for one in self.search.versions(subject, but=self._open_key(plan.subject))]
        if found:
            places = ", ".join(sorted({f"{version.key} ({_owner(version)})" for version in found})[:10])
            raise JobError(
                f"a key still stands in {len(found)} versions: {places}; run the same command again (what belongs to "
                "another use case is erased with that one's name)"
            )
        return self.search.table()

    def register(self) -> Register:
        """Who was erased before."""
        entries = self.lake.find_many(self.lake.list(self._prefix("register")))
        return Register.read(self.ring, filter(None, entries))

    def _subject(self, given: Collection[str]) -> Subject:
        """All keys of a subject: those given, and the ids of the records that these name."""
        subject = Subject(frozenset(given), self._columns)
        if self._columns == (RECORD_ID,):
            return subject
        ids: set[str] = set()
        for one in self.search.versions(subject):
            if self._owns(one.version.key):
                ids |= redaction.values(one.version.key, one.data, RECORD_ID, subject)
        named = {spelling for each in ids for spelling in self.ring.spellings(each)}
        return replace(subject, keys=subject.keys | named)

    def _clear(self, pseudonym: str) -> set[str]:
        """The identifier behind a pseudonym, as long as raw still has it."""
        values: set[str] = set()
        for version in self.versions.list(f"raw/{self.use_case.name}/"):
            data = b"" if version.marker else self.versions.read(version)
            values |= {value for name in self._columns for value in redaction.values(version.key, data, name)}
        return {value for value in values if pseudonym in self.ring.spellings(value)}

    def _remove(self, key: str, subject: Subject) -> None:
        if _zone(key) in WHOLE:
            self._delete_whole(key)
            return
        data = self.lake.find(key)
        left = redaction.without(key, data, subject) if data is not None else None
        if left and left.left == 0 and _zone(key) == "quarantine":
            self._delete_whole(key)
        elif left and left.data != data:
            self.lake.put(key, left.data, TYPES.get(key.rpartition(".")[2], "application/octet-stream"))

    def _bury(self, plan: Plan, at: datetime) -> None:
        """A snapshot's id is the hash of its content: without a row it is another. In its place stays why it is gone."""
        for dataset in plan.snapshots:
            prefix = keys.snapshot(self.use_case.name, dataset)
            for key in self.lake.list(prefix):
                if not key.endswith("/manifest.json"):
                    self._delete_whole(key)
            reason = "it held somebody who was erased; train again, the next snapshot goes without them"
            moment = at.isoformat(timespec="seconds")
            stone = Tombstone(dataset_id=dataset, erased=reason, at=moment, by=plan.subject)
            self.lake.put(prefix + "manifest.json", stone.to_json(), "application/json")

    def _mend(self, plan: Plan) -> None:
        """Let the days' manifests say what lies there now, so that a later snapshot accepts them."""
        listed = self.lake.list(f"curated/{self.use_case.name}/")
        for key in (key for key in listed if key.endswith("/_manifest.json")):
            day = DayManifest.from_json(self.lake.get(key))
            mended = self._mended(day, plan)
            if mended != day:
                self.lake.put(key, mended.to_json(), "application/json")

    def _mended(self, day: DayManifest, plan: Plan) -> DayManifest:
        files, tables = dict(day.files), {name: dict(counts) for name, counts in day.tables.items()}
        for key in day.files.keys() & plan.objects.keys():
            data = self.lake.find(key)
            if data is not None and sha256(data) == files[key]:
                continue
            files.pop(key) if data is None else files.update({key: sha256(data)})
            kind = "quarantined" if _zone(key) == "quarantine" else "valid"
            counts = tables.get(self._table(key), {})
            for name in {kind, "rows"} & counts.keys():
                counts[name] -= plan.objects[key]
        return replace(day, files=files, tables=tables)

    def _table(self, key: str) -> str:
        """The raw table that an object of a day comes from."""
        zone, dataset, _, name = key.split("/")
        if zone == "quarantine":
            return name.removesuffix(".jsonl")
        return "outcomes" if zone == "labels" else dataset.removeprefix(self.use_case.name).lstrip("_") or "records"

    def _sweep(self, plan: Plan) -> int:
        """Delete what lies under the objects that were touched, and the earlier versions that were found."""
        buried = tuple(keys.snapshot(self.use_case.name, dataset) for dataset in plan.snapshots)
        everything = [version for version in self.versions.list() if self._owns(version.key)]
        gone = {version.key for version in everything if version.current and version.marker}
        touched = {key for key in (version.key for version in everything) if key in plan.objects or key.startswith(buried)}
        return self.versions.delete(
            version
            for version in everything
            if (version.key, version.id) in plan.versions
            or (version.key in touched and (not version.current or version.key in gone))
        )

    def _delete_whole(self, key: str) -> None:
        self.versions.delete(list(version for version in self.versions.list(key) if version.key == key))

    def _enter(self, plan: Plan, at: datetime) -> None:
        """Append to the register, unless all of it is there."""
        known = self.register()
        if all(map(known.has, plan.keys)):
            return
        named = {**entry(self.ring, plan.keys), "at": at.isoformat(timespec="seconds"), "by": plan.subject}
        name = sha256(canonical(named["keys"]))[:16]
        self._put(f"{self._prefix('register')}{plan.subject[:16]}-{name}.json", named)

    def _known_as(self, given: str) -> str:
        """An identifier and its pseudonym are one subject."""
        return next((each for each in reversed(self.ring.spellings(given))), given)

    def _begun(self, subject: str) -> Plan | None:
        data = self.lake.find(self._open_key(subject))
        if data is None:
            return None
        stored = json.loads(data)
        pairs = tuple((key, version) for key, version in stored["versions"])
        return Plan(**{**stored, "keys": tuple(stored["keys"]), "versions": pairs})

    def _owns(self, key: str) -> bool:
        """Whether an object is the use case's, or at least no other's; what erasures wrote is neither."""
        dataset = f"{key}/".split("/")[1]
        other = next((name for name in self._others if dataset == name or dataset.startswith(f"{name}_")), "")
        own = dataset == self.use_case.name or dataset.startswith(f"{self.use_case.name}_")
        return _zone(key) != "erasures" and (not other or (own and len(other) < len(self.use_case.name)))

    def _prefix(self, kind: str) -> str:
        return keys.erasures(self.use_case.name, kind)

    def _open_key(self, subject: str) -> str:
        return f"{self._prefix('open')}{subject[:16]}.json"

    def _put(self, key: str, value: object) -> None:
        self.lake.put(key, canonical(value), "application/json")


def _zone(key: str) -> str:
    return key.split("/")[0]


def _owner(version: Version) -> str:
    return "current" if version.current else "an earlier version"


def _by_zone(objects: dict[str, int]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for key, n in objects.items():
        counts[_zone(key)] += 0 if _zone(key) in WHOLE else n
    return dict(sorted(counts.items()))
