"""What the rest of the cloud learns of a query: state-change events, and metrics when it has ended."""

from __future__ import annotations

from typing import Any

from emulator.athena.store import Body
from emulator.service import Cloud


def announce(cloud: Cloud, body: Body, previous: str, *, ended: bool) -> None:
    """Tell EventBridge that an execution has left a state, and CloudWatch how it ended where its workgroup wants it."""
    detail = {
        "versionId": "0",
        "currentState": body["Status"]["State"],
        "previousState": previous,
        "statementType": body["StatementType"],
        "queryExecutionId": body["QueryExecutionId"],
        "workgroupName": body["WorkGroup"],
    }
    cloud.put_event(source="aws.athena", detail_type="Athena Query State Change", detail=detail, resources=[])
    if ended and body.get("_metrics"):
        cloud.put_metrics("AWS/Athena", _metrics(body))


def _metrics(body: Body) -> list[dict[str, Any]]:
    given = {"QueryState": body["Status"]["State"], "QueryType": body["StatementType"], "WorkGroup": body["WorkGroup"]}
    dimensions = [{"Name": name, "Value": value} for name, value in given.items()]
    statistics = body["Statistics"]
    found = {
        "ProcessedBytes": (statistics["DataScannedInBytes"], "Bytes"),
        "EngineExecutionTime": (statistics["EngineExecutionTimeInMillis"], "Milliseconds"),
        "TotalExecutionTime": (statistics["TotalExecutionTimeInMillis"], "Milliseconds"),
    }
    return [
        {"MetricName": name, "Value": float(value), "Unit": unit, "Dimensions": dimensions}
        for name, (value, unit) in found.items()
    ]
