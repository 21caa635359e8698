"""The search opens whatever hides bytes: compression, archives, columns; and looks at keys and earlier versions too."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterator

import boto3
import numpy as np
import pytest
from moto import mock_aws

from cumulet.adapters import parquet, redaction
from cumulet.adapters.object_versions import ObjectVersions
from cumulet.adapters.searching import Search
from cumulet.core.redaction import Subject

ADA = Subject(frozenset({"ada-1"}), ("id",))
PLAIN = b"x,ada-1\n"


def tarred(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        entry = tarfile.TarInfo("a.csv")
        entry.size = len(data)
        tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", data)
    return out.getvalue()


def table(text: str) -> bytes:
    return parquet.encode({"id": np.array([text] * 40, dtype=object)})


@pytest.mark.parametrize(
    "data",
    [
        PLAIN,
        gzip.compress(PLAIN),
        gzip.compress(gzip.compress(PLAIN)),
        gzip.compress(tarred(PLAIN)),
        zipped(PLAIN),
        table("ada-1"),
        gzip.compress(tarred(table("ada-1"))),
        parquet.encode({"n": np.zeros(1)}, {"asked by": "ada-1"}),
    ],
)
def test_a_key_is_found_however_it_is_packed(data: bytes) -> None:
    assert redaction.is_in(data, ADA)


@pytest.mark.parametrize("data", [b"x,ada-12\n", gzip.compress(b"ada-12"), table("ada-12"), b""])
def test_somebody_else_is_not_found(data: bytes) -> None:
    assert not redaction.is_in(data, ADA)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectVersions]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="lake")
        s3.put_bucket_versioning(Bucket="lake", VersioningConfiguration={"Status": "Enabled"})
        for body in (PLAIN, b"nobody"):
            s3.put_object(Bucket="lake", Key="raw/f/a.csv", Body=body)
        s3.put_object(Bucket="lake", Key="raw/f/by=ada-1/x", Body=b"")
        s3.put_object(Bucket="lake", Key="curated/f/gone", Body=PLAIN)
        s3.delete_object(Bucket="lake", Key="curated/f/gone")
        yield ObjectVersions("lake", s3)


def test_earlier_versions_deleted_objects_and_keys_are_searched(bucket: ObjectVersions) -> None:
    search = Search(bucket)
    found = {str(one.version) for one in search.versions(ADA)}
    assert found == {
        "raw/f/a.csv (an earlier version)",
        "raw/f/by=ada-1/x (current)",
        "curated/f/gone (an earlier version)",
    }
    curated, raw = search.table()
    assert (curated["versions"], curated["bytes"], curated["found"]) == (2, len(PLAIN), 1)
    assert (raw["versions"], raw["bytes"], raw["found"]) == (3, len(PLAIN) + len(b"nobody"), 2)


def test_what_is_deleted_is_gone_in_every_version(bucket: ObjectVersions) -> None:
    assert bucket.delete(bucket.list()) == 5
    assert list(bucket.list()) == []
