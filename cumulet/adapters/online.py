"""The online store: the context tables of the newest night, in one DynamoDB table.

Items have pk = use case and sk = `context#<group>`; all groups of a night are written in one transaction, on the
condition that no newer night is there: a back-fill never takes the present's place, a reader never sees two nights.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from botocore.exceptions import ClientError

from cumulet.adapters.session import client
from cumulet.contracts.errors import ContractError, NotFoundError
from cumulet.contracts.manifests import canonical

ITEM_BYTES = 390_000
"""DynamoDB takes 400 kB an item, names included."""

ContextTables = Mapping[str, Mapping[str, Sequence[float | None]]]


class OnlineStore:
    """Reads and writes the context tables of use cases."""

    def __init__(self, table: str, dynamodb: Any = None) -> None:
        self.table = table
        self._dynamodb = dynamodb or client("dynamodb")

    def write(self, use_case: str, day: date, cut_off: datetime, tables: ContextTables) -> bool:
        """Write the tables of night `day`; False (and nothing written) when a newer night is there already.

        A use case without context features has no tables: one without keys then says which night it is.
        Raises ContractError when a group does not fit into one item.
        """
        groups = sorted((tables or {"all": {}}).items())
        puts = [self._put(use_case, day, cut_off, group, table) for group, table in groups]
        try:
            self._dynamodb.transact_write_items(TransactItems=puts)
        except ClientError as error:
            reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", ())}
            if "ConditionalCheckFailed" in reasons:
                return False
            raise
        return True

    def read(self, use_case: str) -> tuple[dict[str, dict[str, list[float | None]]], datetime]:
        """The newest tables and their cut-off (UTC). Raises NotFoundError before the first night."""
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
        tables = {
            item["sk"]["S"].removeprefix("context#"): json.loads(zlib.decompress(item["context"]["B"]))
            for item in items
            if item["cut_off"]["S"] == newest
        }
        return tables, datetime.fromisoformat(newest)

    def _put(
        self, use_case: str, day: date, cut_off: datetime, group: str, table: Mapping[str, Sequence[float | None]]
    ) -> dict[str, Any]:
        packed = zlib.compress(canonical(table))
        if len(packed) > ITEM_BYTES:
            raise ContractError(f"context group {group!r}: {len(packed)} bytes packed, at most {ITEM_BYTES}; split it")
        item = {
            "pk": {"S": use_case},
            "sk": {"S": f"context#{group}"},
            "date": {"S": day.isoformat()},
            "cut_off": {"S": cut_off.isoformat()},
            "context": {"B": packed},
        }
        condition = {
            "ConditionExpression": "attribute_not_exists(pk) OR #date <= :date",
            "ExpressionAttributeNames": {"#date": "date"},
            "ExpressionAttributeValues": {":date": {"S": day.isoformat()}},
        }
        return {"Put": {"TableName": self.table, "Item": item, **condition}}
