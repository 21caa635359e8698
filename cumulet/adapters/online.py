"""The online store: the context tables of the newest night, in one DynamoDB table.

Items have pk = use case and sk = `context#<group>`, and name their columns; all groups of a night are written in one
transaction, on the condition that no newer night is there: a back-fill never takes the present's place, a reader never
sees two nights.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from cumulet.adapters.session import client
from cumulet.contracts.errors import ContractError, NotFoundError
from cumulet.contracts.manifests import canonical

ITEM_BYTES = 390_000
"""DynamoDB takes 400 kB an item, names included."""

NOTHING = ""
"""The group of a use case that has no context features."""

ContextTables = Mapping[str, Mapping[str, Sequence[float | None]]]


class OnlineNight(NamedTuple):
    """A night's context tables, its cut-off (UTC), and the columns of each table by name."""

    tables: ContextTables
    cut_off: datetime
    names: Mapping[str, Sequence[str]]


class OnlineStore:
    """Reads and writes the context tables of use cases."""

    def __init__(self, table: str, dynamodb: Any = None) -> None:
        self.table = table
        self._dynamodb = dynamodb or client("dynamodb")

    def write(self, use_case: str, day: date, night: OnlineNight) -> bool:
        """Write the tables of night `day`; False (and nothing written) when a newer night is there already.

        Without any table the night's cut-off is written alone. Raises ContractError when a group does not fit into one
        item.
        """
        puts = [self._put(use_case, day, night, group) for group in sorted(night.tables) or [NOTHING]]
        try:
            self._dynamodb.transact_write_items(TransactItems=puts)
        except ClientError as error:
            reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", ())}
            if "ConditionalCheckFailed" in reasons:
                return False
            raise
        return True

    def read(self, use_case: str) -> OnlineNight:
        """The newest night. Raises NotFoundError before the first one."""
        items: list[dict[str, Any]] = []
        query = {
            "TableName": self.table,
            "KeyConditionExpression": "pk = :use_case AND begins_with(sk, :context)",
            "ExpressionAttributeValues": {":use_case": {"S": use_case}, ":context": {"S": "context#"}},
            "ConsistentRead": True,
        }
        for page in self._dynamodb.get_paginator("query").paginate(**query):
            items.extend(page["Items"])
        if not items:
            raise NotFoundError(f"{use_case}: no context features online yet; run a night first (cumulet night)")
        newest = max(item["cut_off"]["S"] for item in items)
        tables, names = {}, {}
        for item in items:
            group = item["sk"]["S"].removeprefix("context#")
            if item["cut_off"]["S"] == newest and group != NOTHING:
                tables[group] = json.loads(zlib.decompress(item["context"]["B"]))
                names[group] = [name["S"] for name in item.get("columns", {"L": []})["L"]]
        return OnlineNight(tables, datetime.fromisoformat(newest), names)

    def _put(self, use_case: str, day: date, night: OnlineNight, group: str) -> dict[str, Any]:
        packed = zlib.compress(canonical(night.tables.get(group, {})))
        if len(packed) > ITEM_BYTES:
            raise ContractError(f"context group {group!r}: {len(packed)} bytes packed, at most {ITEM_BYTES}; split it")
        item = {
            "pk": {"S": use_case},
            "sk": {"S": f"context#{group}"},
            "date": {"S": day.isoformat()},
            "cut_off": {"S": night.cut_off.isoformat()},
            "columns": {"L": [{"S": name} for name in night.names.get(group, ())]},
            "context": {"B": packed},
        }
        condition = {
            "ConditionExpression": "attribute_not_exists(pk) OR #date <= :date",
            "ExpressionAttributeNames": {"#date": "date"},
            "ExpressionAttributeValues": {":date": {"S": day.isoformat()}},
        }
        return {"Put": {"TableName": self.table, "Item": item, **condition}}
