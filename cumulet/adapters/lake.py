"""The lake: objects of one S3 bucket, as bytes or as columns. Keys come from `cumulet.contracts.lake`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import numpy as np
from botocore.exceptions import ClientError

from cumulet.adapters import parquet
from cumulet.adapters.kept import Kept
from cumulet.adapters.session import client
from cumulet.contracts.errors import NotFoundError
from cumulet.contracts.manifests import sha256
from cumulet.core.schema import Columns

THREADS = 8
ABSENT = ("404", "NoSuchKey", "NoSuchBucket", "NotFound")


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of an s3:// address.

    >>> split_uri("s3://bucket/a/b.txt")
    ('bucket', 'a/b.txt')
    """
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


class Lake:
    """Reads and writes the objects of one bucket; a put replaces the whole object at once."""

    def __init__(self, bucket: str, s3: Any = None) -> None:
        self.bucket = bucket
        self._s3 = s3 or client("s3")
        self.kept = Kept(self)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        """Started with the first work for them; they stay for the next."""
        return ThreadPoolExecutor(THREADS)

    def uri(self, key: str) -> str:
        """The s3:// address of a key."""
        return f"s3://{self.bucket}/{key}"

    def get(self, key: str) -> bytes:
        """The bytes of an object. Raises NotFoundError when it is absent."""
        try:
            return bytes(self._s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                raise NotFoundError(f"{self.uri(key)} is absent; was its night or job run?") from error
            raise

    def find(self, key: str) -> bytes | None:
        """The bytes of an object, or None when it is absent."""
        try:
            return self.get(key)
        except NotFoundError:
            return None

    def put(self, key: str, data: bytes, content_type: str = "application/octet-stream") -> str:
        """Write an object and return the sha256 of its bytes."""
        self._s3.put_object(Bucket=self.bucket, Key=key, Body=data, ContentType=content_type)
        return sha256(data)

    def delete(self, key: str) -> None:
        """Remove an object; absent already is fine."""
        self._s3.delete_object(Bucket=self.bucket, Key=key)

    def exists(self, key: str) -> bool:
        """Whether the object is there."""
        try:
            self._s3.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                return False
            raise
        return True

    def list(self, prefix: str) -> Sequence[str]:
        """All keys below a prefix, sorted."""
        return [*self.tags(prefix)]

    def tags(self, prefix: str) -> dict[str, str]:
        """The entity tag of every object below a prefix, by key, sorted: another content has another tag."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return dict(sorted((item["Key"], item["ETag"]) for page in pages for item in page.get("Contents", ())))

    def sizes(self, prefix: str) -> dict[str, int]:
        """The bytes of every object below a prefix, by key, sorted."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return dict(sorted((item["Key"], item["Size"]) for page in pages for item in page.get("Contents", ())))

    def etags(self, prefix: str, first: str, last: str) -> Iterator[tuple[str, str]]:
        """(key, ETag) of the objects below a prefix whose key is from `first` to `last`, in their order."""
        pages = self._s3.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=prefix, StartAfter=first[:-1]):
            for item in page.get("Contents", ()):
                if item["Key"] > last:
                    return
                yield item["Key"], item["ETag"]

    def read_table(self, key: str, names: Sequence[str] | None = None) -> Columns:
        """The columns of a Parquet object. Raises NotFoundError when it is absent."""
        return parquet.decode(self.get(key), names)

    def write_table(
        self, key: str, columns: Mapping[str, np.ndarray], metadata: Mapping[str, str] | None = None
    ) -> str:
        """Write columns as one Parquet object (equal columns, equal bytes) and return its sha256."""
        return self.put(key, parquet.encode(columns, metadata), "application/x-parquet")

    def write_tables(self, tables: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, str]:
        """Write several tables by their keys, at once; the sha256 of each. When one fails the others may be there."""
        return dict(zip(tables, self._threads.map(self.write_table, tables, tables.values()), strict=True))

    def find_many(self, keys: Iterable[str]) -> Sequence[bytes | None]:
        """The bytes of several objects, read in threads; None for each that is absent."""
        wanted = tuple(keys)
        return tuple(self._threads.map(self.find, wanted) if len(wanted) > 1 else map(self.find, wanted))

    def read_many(self, keys: Iterable[str], names: Sequence[str] | None = None) -> Sequence[Columns]:
        """The columns of those Parquet objects that are there, in the order of the keys."""
        return [parquet.decode(data, names) for data in self.find_many(keys) if data is not None]
