"""Between S3 and a job's folder, with the credentials of the job's role, so that a missing grant shows as on AWS."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from emulator.sagemaker.errors import JobFailed


@dataclass(frozen=True)
class Item:
    """One object to fetch, and its path below the target folder."""

    bucket: str
    key: str
    path: str

    @property
    def uri(self) -> str:
        """s3://bucket/key."""
        return f"s3://{self.bucket}/{self.key}"


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of an s3:// URI. Raises JobFailed when it is none."""
    parts = urlsplit(uri)
    if parts.scheme != "s3" or not parts.netloc:
        raise JobFailed(f"ClientError: {uri!r} is not an S3 URI (s3://bucket/key)")
    return parts.netloc, uri.partition(parts.netloc)[2].lstrip("/")


class Transfers:
    """S3 as one role."""

    def __init__(self, client: Any, role_arn: str, threads: ThreadPoolExecutor) -> None:
        self._s3 = client
        self._role = role_arn
        self._threads = threads

    def items(self, uri: str, data_type: str) -> list[Item]:
        """What an input names: S3Prefix (every object below) or ManifestFile. Raises JobFailed when it is nothing."""
        found = self._manifest(uri) if data_type == "ManifestFile" else list(self._prefix(uri))
        if not found:
            raise JobFailed(
                f'ClientError: Data download failed: No S3 objects found under S3 URL "{uri}" given in input data '
                f"source. Please ensure that the bucket exists, that objects exist under that S3 prefix, and that the "
                f'role "{self._role}" has "s3:ListBucket" permissions on the bucket.'
            )
        return found

    def _prefix(self, uri: str) -> Iterable[Item]:
        bucket, prefix = split_uri(uri)
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys = [entry["Key"] for page in self._call(uri, lambda: list(pages)) for entry in page.get("Contents", [])]
        return [Item(bucket, key, _relative(key, prefix)) for key in keys if not key.endswith("/")]

    def _manifest(self, uri: str) -> list[Item]:
        head, *names = json.loads(self.get(uri))
        bucket, prefix = split_uri(head["prefix"])
        return [Item(bucket, prefix + name, name) for name in names]

    def get(self, uri: str) -> bytes:
        """An object's bytes. Raises JobFailed."""
        bucket, key = split_uri(uri)
        return self._call(uri, lambda: self._s3.get_object(Bucket=bucket, Key=key)["Body"].read())  # type: ignore[no-any-return]

    def download(self, uri: str, data_type: str, folder: Path) -> None:
        """Everything that an input names, into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        list(self._threads.map(lambda item: self._place(item, folder), self.items(uri, data_type)))

    def restore(self, uri: str, folder: Path) -> None:
        """What is below a prefix, if anything is (checkpoints of an earlier job)."""
        list(self._threads.map(lambda item: self._place(item, folder), self._prefix(f"{uri.rstrip('/')}/")))

    def _place(self, item: Item, folder: Path) -> None:
        """One object of an input into its folder. Raises JobFailed when its name leads out of it."""
        path = folder / item.path
        if not path.resolve().is_relative_to(folder.resolve()):
            raise JobFailed(f"ClientError: {item.uri} would be written outside of the input's folder")
        self.fetch(item.uri, path)

    def version(self, uri: str) -> str:
        """The ETag of an object as it is now. Raises JobFailed."""
        bucket, key = split_uri(uri)
        return str(self._call(uri, lambda: self._s3.head_object(Bucket=bucket, Key=key))["ETag"])

    def fetch(self, uri: str, path: Path) -> str:
        """One object into a file; its ETag."""
        bucket, key = split_uri(uri)
        path.parent.mkdir(parents=True, exist_ok=True)

        def copy() -> str:
            answer = self._s3.get_object(Bucket=bucket, Key=key)
            with path.open("wb") as file:
                shutil.copyfileobj(answer["Body"], file, 1 << 20)
            return str(answer["ETag"])

        return str(self._call(uri, copy))

    def upload(self, folder: Path, uri: str, kms_key: str = "") -> None:
        """Every file of a folder, below a URI."""
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        target = uri.rstrip("/")
        names = [f"{target}/{path.relative_to(folder).as_posix()}" for path in files]
        list(self._threads.map(lambda uri, path: self.put_file(uri, path, kms_key), names, files))

    def put_file(self, uri: str, path: Path, kms_key: str = "") -> None:
        """One object from a file."""
        with path.open("rb") as file:
            self.put(uri, file, kms_key)

    def put(self, uri: str, body: bytes | BinaryIO, kms_key: str = "") -> None:
        """One object."""
        bucket, key = split_uri(uri)
        extra = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key} if kms_key else {}
        self._call(uri, lambda: self._s3.put_object(Bucket=bucket, Key=key, Body=body, **extra), "upload")

    def _call(self, uri: str, call: Any, verb: str = "download") -> Any:
        try:
            return call()
        except ClientError as error:
            code, text = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
            action = error.operation_name
            raise JobFailed(
                f"ClientError: Data {verb} failed: {code} ({action}) for {uri} as {self._role}: {text}"
            ) from error


def _relative(key: str, prefix: str) -> str:
    """Where an object lands: below the prefix when that is a folder, else below the prefix's own folder."""
    if prefix.endswith("/") or key.startswith(f"{prefix}/"):
        return key[len(prefix) :].lstrip("/")
    return key[prefix.rfind("/") + 1 :]
