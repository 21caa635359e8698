"""The online store: all groups of one night or none, the newest night only."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import boto3
import numpy as np
import pytest
from moto import mock_aws

from cumulet.adapters.online import OnlineNight, OnlineStore
from cumulet.contracts.errors import ContractError, NotFoundError

THIRD, FOURTH = date(2013, 4, 3), date(2013, 4, 4)
VALUE = float(np.float32(0.1))


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 7, tzinfo=UTC)


def write(store: OnlineStore, use_case: str, day: date, tables: dict[str, Any]) -> bool:
    names = {group: [f"{group}_{n}" for n in range(len(table[""]))] for group, table in tables.items() if "" in table}
    return store.write(use_case, day, OnlineNight(tables, at(day), names))


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[OnlineStore]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="us-east-1")
        dynamodb.create_table(
            TableName="online",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            BillingMode="PAY_PER_REQUEST",
        )
        yield OnlineStore("online", dynamodb)


def test_tables_come_back_to_the_last_bit(store: OnlineStore) -> None:
    tables = {"all": {"": [VALUE, None]}, "origin": {"EWR": [VALUE], "": [0.0]}}
    assert write(store, "flights", THIRD, tables)
    assert store.read("flights") == (tables, at(THIRD), {"all": ["all_0", "all_1"], "origin": ["origin_0"]})


def test_an_older_night_never_overwrites_a_newer_one(store: OnlineStore) -> None:
    write(store, "flights", FOURTH, {"all": {"": [4.0]}, "origin": {"": [4.0]}})
    assert not write(store, "flights", THIRD, {"all": {"": [3.0]}, "new": {"": [3.0]}})
    assert store.read("flights")[:2] == ({"all": {"": [4.0]}, "origin": {"": [4.0]}}, at(FOURTH))


def test_the_same_night_may_be_written_again(store: OnlineStore) -> None:
    write(store, "flights", THIRD, {"all": {"": [1.0]}})
    assert write(store, "flights", THIRD, {"all": {"": [2.0]}})
    assert store.read("flights")[0] == {"all": {"": [2.0]}}


def test_a_group_that_is_gone_is_not_read_any_more(store: OnlineStore) -> None:
    write(store, "flights", THIRD, {"all": {"": [3.0]}, "old": {"": [3.0]}})
    write(store, "flights", FOURTH, {"all": {"": [4.0]}})
    assert list(store.read("flights")[0]) == ["all"]


def test_use_cases_are_apart(store: OnlineStore) -> None:
    write(store, "flights", THIRD, {"all": {"": [1.0]}})
    with pytest.raises(NotFoundError, match="run a night first"):
        store.read("bikes")


def test_a_group_too_large_for_an_item_is_refused(store: OnlineStore) -> None:
    draw = random.Random(1)
    table = {str(n): [draw.random() for _ in range(10)] for n in range(10_000)}
    with pytest.raises(ContractError, match="split it"):
        write(store, "flights", THIRD, {"flight": table})


def test_a_use_case_without_context_features_still_has_its_night(store: OnlineStore) -> None:
    assert write(store, "income", THIRD, {})
    assert write(store, "income", FOURTH, {})
    assert not write(store, "income", THIRD, {})
    assert store.read("income") == ({}, at(FOURTH), {})
