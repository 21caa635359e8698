"""Every version of the objects of a bucket: the current ones, those before them, and delete markers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cumulet.adapters.session import client
from cumulet.contracts.errors import JobError

AT_ONCE = 1_000
"""Versions that S3 deletes in one call."""


@dataclass(frozen=True)
class Version:
    """One version of an object; a marker says that it was deleted, and has no bytes."""

    key: str
    id: str
    current: bool
    marker: bool = False

    def __str__(self) -> str:
        return f"{self.key} ({'current' if self.current else 'an earlier version'})"


class ObjectVersions:
    """Lists, reads and deletes versions. What it deletes is gone."""

    def __init__(self, bucket: str, s3: Any = None) -> None:
        self.bucket = bucket
        self._s3 = s3 or client("s3")

    def list(self, prefix: str = "") -> Iterator[Version]:
        """All versions of the objects below a prefix."""
        pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix)
        for page in pages:
            for item in page.get("Versions", ()):
                yield Version(item["Key"], item["VersionId"], item["IsLatest"])
            for item in page.get("DeleteMarkers", ()):
                yield Version(item["Key"], item["VersionId"], item["IsLatest"], marker=True)

    def read(self, version: Version) -> bytes:
        """The bytes of a version."""
        answer = self._s3.get_object(Bucket=self.bucket, Key=version.key, VersionId=version.id)
        return bytes(answer["Body"].read())

    def delete(self, versions: Iterable[Version]) -> int:
        """Delete versions for good; how many. Raises JobError naming one that S3 keeps (a lock, a missing grant)."""
        wanted = [{"Key": version.key, "VersionId": version.id} for version in versions]
        for start in range(0, len(wanted), AT_ONCE):
            objects = {"Objects": wanted[start : start + AT_ONCE], "Quiet": True}
            for error in self._s3.delete_objects(Bucket=self.bucket, Delete=objects).get("Errors", ()):
                raise JobError(f"s3://{self.bucket}/{error['Key']}: S3 keeps a version of it: {error.get('Message')}")
        return len(wanted)
