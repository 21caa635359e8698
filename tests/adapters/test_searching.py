"""The search opens whatever hides bytes: compression, archives, columns; and looks at keys and earlier versions too."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterator

import boto3
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto import mock_aws

from cumulet.adapters import opening, parquet, redaction
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


def typed(column: pa.Array) -> bytes:
    """A column as somebody else's program writes it, compressed so that its bytes show nothing."""
    sink = io.BytesIO()
    pq.write_table(pa.table({"id": column}), sink, compression="gzip", write_statistics=False, store_schema=True)
    return sink.getvalue()


MANY = ["ada-1", "bob"] * 40


PACKED = {
    "dictionary": typed(pa.array(MANY).dictionary_encode()),
    "binary": typed(pa.array([each.encode() for each in MANY])),
    "string view": typed(pa.array(MANY, pa.string_view())),
    "list": typed(pa.array([[each] for each in MANY])),
    "struct": typed(pa.array([{"deep": [{"er": each}]} for each in MANY])),
    "map": typed(pa.array([{each: 1} for each in MANY], pa.map_(pa.string(), pa.int64()))),
    "UTF-16": PLAIN.decode().encode("utf-16"),
    "UTF-16 without a mark": PLAIN.decode().encode("utf-16-be"),
    "UTF-16, gzip": gzip.compress((PLAIN * 9).decode().encode("utf-16-le")),
    "escaped JSON": rb'{"id": "\u0061da-1"}',
    "a line break in JSON": rb'{"note": "a line\nada-1 called"}',
    "two gzips and garbage": gzip.compress(PLAIN) + gzip.compress(PLAIN) + b"garbage",
    "a gzip cut off": gzip.compress(PLAIN * 9)[:-6],
    "text": PLAIN,
    "gzip": gzip.compress(PLAIN),
    "gzip in gzip": gzip.compress(gzip.compress(PLAIN)),
    "tar in gzip": gzip.compress(tarred(PLAIN)),
    "zip": zipped(PLAIN),
    "Parquet": table("ada-1"),
    "Parquet in tar in gzip": gzip.compress(tarred(table("ada-1"))),
    "metadata of Parquet": parquet.encode({"n": np.zeros(1)}, {"asked by": "ada-1"}),
}


@pytest.mark.parametrize("data", PACKED.values(), ids=PACKED)
def test_a_key_is_found_however_it_is_packed(data: bytes) -> None:
    assert redaction.is_in(data, ADA)


OTHERS = {
    "text": b"x,ada-12\n",
    "gzip": gzip.compress(b"ada-12"),
    "Parquet": table("ada-12"),
    "nothing": b"",
}


@pytest.mark.parametrize("data", OTHERS.values(), ids=OTHERS)
def test_somebody_else_is_not_found(data: bytes) -> None:
    assert not redaction.is_in(data, ADA)


def test_quotes_and_accents_are_found_as_csv_html_and_windows_spell_them() -> None:
    subject = Subject(frozenset({'q"uote-1', "Zoë-77"}), ("id",))
    assert all(subject.is_in(text) for text in (b'"q""uote-1",1', b"<b>q&quot;uote-1</b>", "Zoë-77".encode("cp1252")))


DAMAGED = {
    "a gzip cut off": gzip.compress(PLAIN * 9)[:-6],
    "no gzip": b"\x1f\x8bno gzip",
    "a zip cut off": zipped(PLAIN)[:-9],
    "Parquet cut off": table("bob")[:-9],
    "four bytes of Parquet": b"PAR1",
    "no Parquet in gzip": gzip.compress(b"PAR1 no table"),
    "tar cut off": tarred(PLAIN)[:700],
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_what_is_damaged_stops_no_search_and_is_counted(data: bytes) -> None:
    opened = opening.Opening(data)
    assert data in list(opened)
    assert not opened.whole


def test_a_bomb_is_looked_at_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LARGEST", 1000)
    for bomb in (gzip.compress(b" " * 10**7), zipped(b" " * 10**7)):
        opened = opening.Opening(bomb)
        assert max(len(part) for part in opened if part != bomb) <= 1000
        assert not opened.whole


def test_a_whole_object_is_opened_whole() -> None:
    for data in (PLAIN, gzip.compress(PLAIN), zipped(PLAIN), table("bob"), gzip.compress(tarred(PLAIN)), b""):
        opened = opening.Opening(data)
        assert list(opened)
        assert opened.whole


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
