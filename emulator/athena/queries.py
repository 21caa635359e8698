"""The operations on query executions: start, look, read, stop."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import Any

from emulator.athena.access import Access
from emulator.athena.engine import ENDED, EXECUTION, Engine
from emulator.athena.errors import BadRequest, QueryFailed
from emulator.athena.names import CATALOG, bucket_of
from emulator.athena.paging import page
from emulator.athena.results import rows_of
from emulator.athena.sql.statement import Query, Utility
from emulator.athena.store import Body, Store
from emulator.athena.workgroups import PRIMARY, WorkGroups
from emulator.errors import NotImplementedByName, ServiceError
from emulator.service import Cloud

TOKEN = "token"  # noqa: S105
NO_OUTPUT = (
    "No output location provided. An output location is required either through the Workgroup result configuration"
    " setting or as an API input."
)
ROWS = 1000  # a page of results at the most

Params = Mapping[str, Any]


class Queries:
    """Implements the operations by their names in snake case; `access` is the caller's."""

    def __init__(self, *, cloud: Cloud, store: Store, engine: Engine, workgroups: WorkGroups) -> None:
        self._cloud = cloud
        self._store = store
        self._engine = engine
        self._workgroups = workgroups

    def start_query_execution(self, params: Params, access: Access) -> dict[str, Any]:
        """Parse at once, run soon. The same ClientRequestToken starts nothing twice."""
        token, digest = params.get("ClientRequestToken"), _digest(params)
        kept = self._store.get(TOKEN, token) if token else None
        if kept is not None:
            if kept["digest"] != digest:
                raise BadRequest("Idempotent parameters do not match")
            return {"QueryExecutionId": kept["id"]}
        from emulator.athena.sql.parsing import parse  # see Engine._runner

        statement = parse(params["QueryString"], params.get("ExecutionParameters", ()))
        body = self._body(params, statement)
        self._check_bucket(body)
        self._store.put(EXECUTION, body["QueryExecutionId"], body)
        if token:
            self._store.put(TOKEN, token, {"id": body["QueryExecutionId"], "digest": digest})
        self._engine.submit(body["QueryExecutionId"], statement, access)
        return {"QueryExecutionId": body["QueryExecutionId"]}

    def get_query_execution(self, params: Params, access: Access) -> dict[str, Any]:
        """An execution."""
        return {"QueryExecution": _shown(self.find(params["QueryExecutionId"]))}

    def batch_get_query_execution(self, params: Params, access: Access) -> dict[str, Any]:
        """Several of them, and the ids of which there is none."""
        bodies = {id: self._store.get(EXECUTION, id) for id in params["QueryExecutionIds"]}
        absent = [
            {"QueryExecutionId": id, "ErrorCode": "INVALID_QUERY_EXECUTION_ID", "ErrorMessage": _not_found(id)}
            for id, body in bodies.items()
            if body is None
        ]
        found = [_shown(body) for body in bodies.values() if body is not None]
        return {"QueryExecutions": found, "UnprocessedQueryExecutionIds": absent}

    def list_query_executions(self, params: Params, access: Access) -> dict[str, Any]:
        """The ids of a workgroup's executions, newest first."""
        group = params.get("WorkGroup", PRIMARY)
        self._workgroups.find(group)
        bodies = [body for body in self._store.all(EXECUTION) if body["WorkGroup"] == group]
        return page("QueryExecutionIds", [body["QueryExecutionId"] for body in bodies[::-1]], params, most=50)

    def stop_query_execution(self, params: Params, access: Access) -> dict[str, Any]:
        """Cancel an execution; the query is interrupted."""
        self.find(params["QueryExecutionId"])
        self._engine.stop(params["QueryExecutionId"])
        return {}

    def get_query_results(self, params: Params, access: Access) -> dict[str, Any]:
        """A page of the result, from its file in S3; that of a query begins with a row of its columns' names."""
        body = self._succeeded(params["QueryExecutionId"])
        if params.get("MaxResults", ROWS) > ROWS:
            raise BadRequest(f"MaxResults is more than maximum allowed length {ROWS}.")
        bucket, key = bucket_of(body["ResultConfiguration"]["OutputLocation"])
        try:
            access.read(bucket, key)
        except QueryFailed as denied:
            raise ServiceError("AccessDeniedException", denied.reason, 400) from denied
        content = self._cloud.objects.read(bucket, key)
        if content is None:
            raise BadRequest(f"Could not find results: s3://{bucket}/{key} has been deleted; run the query again")
        rows = rows_of(content, csv=key.endswith(".csv"))
        answer = page("Rows", rows, params, most=ROWS)
        token = {"NextToken": answer["NextToken"]} if "NextToken" in answer else {}
        shown = [{"Data": [_datum(value) for value in row]} for row in answer["Rows"]]
        metadata = {"ColumnInfo": body["_columns"]}
        return {"UpdateCount": 0, "ResultSet": {"Rows": shown, "ResultSetMetadata": metadata}, **token}

    def get_query_runtime_statistics(self, params: Params, access: Access) -> dict[str, Any]:
        """Times and rows of an execution that has succeeded; stages are not told apart here."""
        body = self._succeeded(params["QueryExecutionId"])
        times = {key: value for key, value in body["Statistics"].items() if key.endswith("Millis")}
        return {"QueryRuntimeStatistics": {"Timeline": times, "Rows": body["_rows"]}}

    def find(self, id: str) -> Body:
        """An execution with what only we know of it. Raises BadRequest when there is none."""
        body = self._store.get(EXECUTION, id)
        if body is None:
            raise BadRequest(_not_found(id), "INVALID_QUERY_EXECUTION_ID")
        return body

    def _succeeded(self, id: str) -> Body:
        body = self.find(id)
        state = body["Status"]["State"]
        if state not in ENDED:
            raise BadRequest(f"Query has not yet finished. Current state: {state}")
        if state != "SUCCEEDED":
            raise BadRequest(f"Query did not finish successfully. Final query state: {state}")
        return body

    def _body(self, params: Params, statement: Query | Utility) -> Body:
        group = self._workgroups.find(params.get("WorkGroup", PRIMARY))
        if group["State"] != "ENABLED":
            raise BadRequest(f"WorkGroup {group['Name']} is disabled.")
        context = dict(params.get("QueryExecutionContext") or {})
        if context.get("Catalog", CATALOG).lower() != CATALOG:
            raise NotImplementedByName(f"the data catalog {context['Catalog']}", "AwsDataCatalog is here: Glue's")
        id, configuration = str(uuid.uuid4()), group["Configuration"]
        kind = "UTILITY" if isinstance(statement, Utility) else "DML"
        result = _result_configuration(params, configuration, f"{id}.{'csv' if kind == 'DML' else 'txt'}")
        now = round(self._cloud.clock.now().timestamp(), 3)
        body: Body = {
            "QueryExecutionId": id,
            "Query": params["QueryString"],
            "StatementType": kind,
            "ResultConfiguration": result,
            "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": False}},
            "QueryExecutionContext": context,
            "Status": {"State": "QUEUED", "SubmissionDateTime": now},
            "Statistics": {
                "EngineExecutionTimeInMillis": 0,
                "DataScannedInBytes": 0,
                "TotalExecutionTimeInMillis": 0,
                "ResultReuseInformation": {"ReusedPreviousResult": False},
            },
            "WorkGroup": group["Name"],
            "EngineVersion": configuration["EngineVersion"],
            "SubstatementType": statement.name.replace(" ", "_") if isinstance(statement, Utility) else "SELECT",
            "_cutoff": configuration.get("BytesScannedCutoffPerQuery"),
            "_metrics": configuration.get("PublishCloudWatchMetricsEnabled", False),
        }
        if params.get("ExecutionParameters"):
            body["ExecutionParameters"] = list(params["ExecutionParameters"])
        return body

    def _check_bucket(self, body: Body) -> None:
        bucket, _ = bucket_of(body["ResultConfiguration"]["OutputLocation"])
        if not self._cloud.objects.has_bucket(bucket):
            raise BadRequest(f"Unable to verify/create output bucket {bucket}")


def _result_configuration(params: Params, configuration: Params, file: str) -> dict[str, Any]:
    """Where the result goes: as an enforced workgroup says, else as the caller, else as the workgroup."""
    own = dict(configuration.get("ResultConfiguration") or {})
    asked = dict(params.get("ResultConfiguration") or {})
    result = own if configuration.get("EnforceWorkGroupConfiguration") else {**own, **asked}
    location = result.get("OutputLocation", "")
    if not location:
        raise BadRequest(NO_OUTPUT)
    if not location.startswith("s3://"):
        raise BadRequest(f"outputLocation is not a valid S3 path: {location}")
    return {**result, "OutputLocation": f"{location.rstrip('/')}/{file}"}


def _digest(params: Params) -> str:
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()


def _shown(body: Body) -> Body:
    return {key: value for key, value in body.items() if not key.startswith("_")}


def _datum(value: str | None) -> dict[str, str]:
    return {} if value is None else {"VarCharValue": value}


def _not_found(id: str) -> str:
    return f"QueryExecution {id} was not found"
