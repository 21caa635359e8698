"""The lake: objects of one bucket; absent is NotFoundError, never a riddle from S3."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import boto3
import numpy as np
import pytest
from moto import mock_aws

from cumulet.adapters import artifact
from cumulet.adapters.labels import read_labels
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import NotFoundError
from cumulet.contracts.manifests import sha256
from cumulet.core.cutoff import nights


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="lake")
        yield Lake("lake", s3)


def test_bytes_come_back_and_put_says_their_hash(lake: Lake) -> None:
    assert lake.put("a/b.txt", b"hello") == sha256(b"hello")
    assert lake.get("a/b.txt") == b"hello"
    assert lake.exists("a/b.txt")
    assert lake.uri("a/b.txt") == "s3://lake/a/b.txt"


def test_what_is_absent_is_named(lake: Lake) -> None:
    with pytest.raises(NotFoundError, match="s3://lake/nowhere is absent"):
        lake.get("nowhere")
    assert lake.find("nowhere") is None
    assert not lake.exists("nowhere")
    lake.delete("nowhere")


def test_a_list_is_sorted_and_complete(lake: Lake) -> None:
    names = [f"many/{n:04d}" for n in range(1_005)]
    for name in reversed(names):
        lake.put(name, b"")
    lake.put("other/x", b"")
    assert lake.list("many/") == names


def test_tables_are_read_in_the_order_of_their_keys_and_absent_ones_left_out(lake: Lake) -> None:
    for n in range(20):
        lake.write_table(f"t/{n}", {"n": np.array([float(n)])})
    read = lake.read_many([f"t/{n}" for n in (7, 99, 3)])
    assert [table["n"].tolist() for table in read] == [[7.0], [3.0]]


def test_labels_carry_the_night_they_became_known(lake: Lake) -> None:
    for day in (date(2013, 4, 1), date(2013, 4, 3)):
        lake.write_table(keys.labels("flights", day), {"id": np.array([str(day)], dtype=object)})
    labels = read_labels(lake, "flights", nights(date(2013, 4, 1), date(2013, 4, 4)))
    assert labels["known"].tolist() == [date(2013, 4, 1), date(2013, 4, 3)]
    assert read_labels(lake, "flights", nights(date(2013, 5, 1), date(2013, 5, 2))) == {}


def test_an_artifact_that_is_absent_is_named(lake: Lake) -> None:
    s3 = boto3.client("s3", region_name="us-east-1")
    with pytest.raises(NotFoundError, match=r"s3://lake/model\.tar\.gz is absent"):
        artifact.fetch("s3://lake/model.tar.gz", s3)
