"""S3's objects as ministack keeps them: listed from its records, their bodies as files on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ministack.core.responses import request_scope
from ministack.services import s3

from emulator.errors import ServiceError
from emulator.service import StoredObject


class Objects:
    """Implements `emulator.service.Objects` for one account; no IAM here: who calls has asked it."""

    def __init__(self, *, account: str, region: str, on_change: Callable[[], None]) -> None:
        self._account = account
        self._region = region
        self._on_change = on_change

    def has_bucket(self, bucket: str) -> bool:
        """Whether there is such a bucket."""
        with request_scope(self._account, self._region):
            return bucket in s3._buckets

    def list(self, bucket: str, prefix: str) -> list[StoredObject]:
        """The current objects below a prefix, by key; those that a delete marker hides are not among them."""
        with request_scope(self._account, self._region):
            kept = s3._buckets[bucket]["objects"] if bucket in s3._buckets else {}
            found = [(key, int(kept[key]["size"])) for key in sorted(kept) if key.startswith(prefix)]
            return [StoredObject(key, size, self._path(bucket, key)) for key, size in found]

    def read(self, bucket: str, key: str) -> bytes | None:
        """An object's body; None where there is none."""
        with request_scope(self._account, self._region):
            body: bytes | None = s3._get_object_data(bucket, key)
            return body

    def put(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        """Write an object as PutObject does: with its version, its notifications, and on disk."""
        with request_scope(self._account, self._region):
            status, _, answer = s3._put_object(bucket, key, body, {"content-type": content_type})
        if status >= 400:
            raise ServiceError("InvalidRequestException", f"s3://{bucket}/{key} could not be written: {answer!r}")
        self._on_change()

    def _path(self, bucket: str, key: str) -> Path:
        return Path(s3._object_disk_path(bucket, key, self._account))
