"""model.tar.gz: fetched from S3, read or safely unpacked. Needs nothing but boto3."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from cumulet.adapters.session import client
from cumulet.contracts.errors import NotFoundError, SkewError
from cumulet.contracts.manifests import ModelManifest

MANIFEST = "manifest.json"
REFERENCE = "reference.json"


def fetch(uri: str, s3: Any = None) -> bytes:
    """The bytes of an s3:// address. Raises NotFoundError when they are absent."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    try:
        return bytes((s3 or client("s3")).get_object(Bucket=bucket, Key=key)["Body"].read())
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchBucket", "404"):
            raise NotFoundError(f"{uri} is absent; the model package points to nothing") from error
        raise


def member(archive: bytes, name: str) -> bytes:
    """One file of a model.tar.gz. Raises SkewError when it is not in there."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        for info in tar:
            if info.isfile() and info.name.removeprefix("./") == name:
                stream = tar.extractfile(info)
                return stream.read() if stream else b""
    raise SkewError(f"model.tar.gz has no {name}: it was not made by this version of Cumulet")


def manifest(uri: str) -> ModelManifest:
    """The manifest of the model artifact at an s3:// address."""
    return ModelManifest.from_json(member(fetch(uri), MANIFEST))


def unpack(archive: bytes, folder: Path) -> Path:
    """Unpack a model.tar.gz into a folder and return it; links and paths that lead out of it are refused."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
            tar.extractall(folder, filter="data")
    except tarfile.FilterError as error:
        raise SkewError(f"model.tar.gz is not safe to unpack: {error}") from error
    return folder
