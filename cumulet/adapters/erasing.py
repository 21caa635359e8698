"""Erasing somebody from the lake: find, note, remove, prove. Each step can be done again, so a killed run is run again.

1. find      every version of every object in which one of the keys stands (`subjects`)
2. note      the plan (erasures/…/open/, with the keys, until the end) and the register (keyed hashes, for ever)
3. remove    rows from tables, golden records from models; snapshots and what runs pass on go whole
4. mend      the day manifests: the hash and the count of what was rewritten (`mending`)
5. sweep     the versions that lie under what was rewritten or deleted, and those found in step 1
6. prove     search every byte of the lake (`searching`); the certificate; the plan is deleted
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from cumulet.adapters import redaction
from cumulet.adapters.lake import Lake
from cumulet.adapters.mending import mend
from cumulet.adapters.object_versions import Version
from cumulet.adapters.subjects import Subjects
from cumulet.contracts import lake as keys
from cumulet.contracts.erasure import WHOLE, Certificate, Plan, zone
from cumulet.contracts.errors import JobError
from cumulet.contracts.manifests import Tombstone, canonical, sha256
from cumulet.core.erasures import entry
from cumulet.core.pseudonyms import KeyRing
from cumulet.core.redaction import Subject
from cumulet.core.usecase import UseCase

TYPES = {
    "json": "application/json",
    "jsonl": "application/jsonl",
    "parquet": "application/x-parquet",
    "csv": "text/csv",
}
REASON = "it held somebody who was erased; train again, the next snapshot goes without them"
Progress = Callable[[str], None]


class Erasing:
    """Erases from one lake what it holds of the subjects of one use case; `others` are the use cases beside it."""

    def __init__(self, lake: Lake, use_case: UseCase, ring: KeyRing, others: Collection[str] = ()) -> None:
        self.lake, self.use_case, self.ring = lake, use_case.name, ring
        self.subjects = Subjects(lake, use_case, ring, others)
        self.versions = self.subjects.versions
        self.find = self.subjects.find

    def erase(self, plan: Plan, at: datetime, note: Progress = lambda text: None) -> Certificate:
        """Do what the plan says and prove it. Raises JobError naming where a key still stands."""
        subject, moment = Subject(frozenset(plan.keys), self.subjects.columns), at.isoformat(timespec="seconds")
        self._put(self.subjects.open_key(plan.subject), plan.to_json())
        self._enter(plan, moment)
        self._bury(plan, moment)
        for key in sorted(plan.objects):
            note(zone(key))
            self._remove(key, subject)
        mend(self.lake, self.use_case, plan)
        swept = self._sweep(plan)
        note("searching every byte")
        searched = self._prove(subject, plan)
        certificate = Certificate(
            use_case=self.use_case,
            subject=plan.subject,
            at=moment,
            keys=len(plan.keys),
            rewritten=dict(Counter(map(zone, plan.objects))),
            rows=plan.rows,
            versions=swept,
            snapshots=plan.snapshots,
            searched=searched,
        )
        name = f"{plan.subject[:16]}-{at:%Y%m%dT%H%M%SZ}.json"
        self._put(keys.erasures(self.use_case, "certificates") + name, certificate.to_json())
        self._delete_whole(self.subjects.open_key(plan.subject))
        return certificate

    def _enter(self, plan: Plan, moment: str) -> None:
        """Append to the register, unless all of it is there."""
        known = self.subjects.register()
        if all(map(known.has, plan.keys)):
            return
        named = entry(self.ring, plan.keys)
        name = f"{plan.subject[:16]}-{sha256(canonical(named))[:16]}.json"
        content = canonical({**named, "at": moment, "by": plan.subject})
        self._put(keys.erasures(self.use_case, "register") + name, content)

    def _bury(self, plan: Plan, moment: str) -> None:
        """A snapshot's id is the hash of its content: without a row it is another. Why it is gone takes its place."""
        for dataset in plan.snapshots:
            prefix = keys.snapshot(self.use_case, dataset)
            stone = Tombstone(dataset_id=dataset, erased=REASON, at=moment, by=plan.subject)
            self._put(prefix + "manifest.json", stone.to_json())
            for key in self.lake.list(prefix):
                if not key.endswith("/manifest.json"):
                    self._delete_whole(key)

    def _remove(self, key: str, subject: Subject) -> None:
        if zone(key) in WHOLE:
            self._delete_whole(key)
            return
        data = self.lake.find(key)
        left = redaction.without(key, data, subject) if data is not None else None
        if left and left.left == 0 and zone(key) == "quarantine":
            self._delete_whole(key)
        elif left and left.data != data:
            self.lake.put(key, left.data, TYPES.get(key.rpartition(".")[2], "application/octet-stream"))

    def _sweep(self, plan: Plan) -> int:
        """Delete what lies under the objects that were touched, and the earlier versions that were found."""
        buried = tuple(keys.snapshot(self.use_case, dataset) for dataset in plan.snapshots)
        everything = [version for version in self.versions.list() if self.subjects.owns(version.key)]
        gone = {version.key for version in everything if version.current and version.marker}

        def goes(version: Version) -> bool:
            touched = version.key in plan.objects or version.key.startswith(buried)
            under = touched and (not version.current or version.key in gone)
            return under or (version.key, version.id) in plan.versions

        return self.versions.delete(filter(goes, everything))

    def _prove(self, subject: Subject, plan: Plan) -> tuple[dict[str, Any], ...]:
        """Search every version of every object for the keys; by zone what was searched. Raises JobError when found."""
        search = self.subjects.search
        found = [one.version for one in search.versions(subject, but=self.subjects.open_key(plan.subject))]
        if found:
            raise JobError(
                f"a key still stands in {len(found)} versions: {', '.join(sorted(map(str, found))[:10])}; run the same "
                "command again (what belongs to another use case is erased with that one's name)"
            )
        return search.table()

    def _delete_whole(self, key: str) -> None:
        self.versions.delete([version for version in self.versions.list(key) if version.key == key])

    def _put(self, key: str, data: bytes) -> None:
        self.lake.put(key, data, "application/json")
