"""A folder as a lake: what is true of the bucket is true of it."""

from __future__ import annotations

import boto3
import pytest
from moto import mock_aws

from cumulet.adapters.folder_lake import FolderLake
from cumulet.adapters.lake import Lake
from cumulet.contracts.errors import NotFoundError

KEYS = ("a/dt=1/x.csv", "a/dt=2/x.csv", "a/dt=2/y.csv", "ab/z")


@pytest.fixture(params=["bucket", "folder"])
def lake(request, tmp_path, monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="lake")
        made = FolderLake(tmp_path / "lake") if request.param == "folder" else Lake("lake", s3)
        assert made.list("a/") == []
        for key in KEYS:
            made.put(key, key.encode())
        yield made


def test_what_was_written_is_read_and_listed(lake):
    assert lake.get("a/dt=1/x.csv") == b"a/dt=1/x.csv"
    assert lake.list("a/") == ["a/dt=1/x.csv", "a/dt=2/x.csv", "a/dt=2/y.csv"]
    assert lake.list("a/dt=2/x") == ["a/dt=2/x.csv"]
    assert lake.sizes("ab") == {"ab/z": 4}
    assert lake.find_many(["ab/z", "none"]) == (b"ab/z", None)


def test_another_content_has_another_tag_and_equal_content_the_same(lake):
    before = lake.tags("a")
    lake.put("ab/z", b"other")
    lake.put("a/dt=1/x.csv", b"a/dt=1/x.csv")
    assert {key for key, tag in lake.tags("a").items() if before[key] != tag} == {"ab/z"}
    assert dict(lake.etags("a/", "a/dt=2/x.csv", "a/dt=2/x.csv")) == {"a/dt=2/x.csv": before["a/dt=2/x.csv"]}


def test_what_is_removed_is_absent(lake):
    lake.delete("ab/z")
    lake.delete("ab/z")
    assert not lake.exists("ab/z")
    assert lake.exists("a/dt=1/x.csv")
    with pytest.raises(NotFoundError, match="absent"):
        lake.get("ab/z")


def test_both_have_the_entity_tags_of_s3(tmp_path):
    lake = FolderLake(tmp_path)
    lake.put("a", b"")
    assert lake.tags("a") == {"a": '"d41d8cd98f00b204e9800998ecf8427e"'}
