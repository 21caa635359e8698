"""The dataset snapshots of a use case, as the lake has them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cumulet.adapters import parquet
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import JobError, NotFoundError
from cumulet.contracts.manifests import DatasetManifest, Tombstone, sha256
from cumulet.core.prefixes import one_of
from cumulet.core.schema import Columns

DATA, MANIFEST, SCHEMA = "data.parquet", "manifest.json", "schema.json"


@dataclass(frozen=True)
class Snapshots:
    """Lists, finds and reads the snapshots of one use case."""

    lake: Lake
    use_case: str

    def prefix(self, dataset_id: str) -> str:
        """Where a snapshot lies."""
        return keys.snapshot(self.use_case, dataset_id)

    def ids(self) -> list[str]:
        """The ids of all whole snapshots: those with a manifest, which is written last of its content."""
        return [key.split("/")[2] for key in self._keys() if key.endswith(f"/{MANIFEST}")]

    def sizes(self) -> dict[str, int]:
        """Bytes of each snapshot, by id."""
        found: dict[str, int] = {}
        for key, size in self.lake.sizes(self.prefix("").removesuffix("/")).items():
            found[key.split("/")[2]] = found.get(key.split("/")[2], 0) + size
        return found

    def find(self, prefix: str) -> str:
        """The id that begins with a prefix. Raises NotFoundError or ContractError, naming ids, unless it is one."""
        return one_of(self.ids(), prefix, "snapshot")

    def manifests(self, ids: Iterable[str]) -> dict[str, DatasetManifest]:
        """The manifests of snapshots, by id; those that an erasure took have none."""
        return {one: found for one, found in self.standing(ids).items() if isinstance(found, DatasetManifest)}

    def standing(self, ids: Iterable[str]) -> dict[str, DatasetManifest | Tombstone]:
        """By id the manifest of a snapshot, or what an erasure left in its place."""
        wanted = list(ids)
        found = self.lake.find_many(self.prefix(one) + MANIFEST for one in wanted)
        return {
            one: Tombstone.read(data) or DatasetManifest.from_json(data)
            for one, data in zip(wanted, found, strict=True)
            if data
        }

    def manifest(self, dataset_id: str) -> DatasetManifest:
        """The manifest of a snapshot. Raises NotFoundError."""
        return DatasetManifest.from_json(self.lake.get(self.prefix(dataset_id) + MANIFEST))

    def schema(self, dataset_id: str) -> Mapping[str, Any] | None:
        """The schema that the snapshot was taken with, as JSON; None for snapshots that have kept none."""
        found = self.lake.find(self.prefix(dataset_id) + SCHEMA)
        return None if found is None else dict(json.loads(found))

    def data(self, manifest: DatasetManifest) -> bytes:
        """The bytes of a snapshot's table. Raises JobError when they are not what the manifest says."""
        key = self.prefix(manifest.dataset_id) + DATA
        found = self.lake.find(key)
        if found is None:
            raise NotFoundError(f"{self.lake.uri(key)} is absent; take the snapshot anew with `cumulet train`")
        if sha256(found) != manifest.files[DATA]:
            raise JobError(f"{self.lake.uri(key)} is damaged: its sha256 is not the manifest's; rebuild it from raw")
        return found

    def read(self, manifest: DatasetManifest) -> Columns:
        """The rows of a snapshot, with context features and label. Raises JobError as `data` does."""
        return parquet.decode(self.data(manifest))

    def _keys(self) -> list[str]:
        return list(self.lake.list(self.prefix("").removesuffix("/")))
