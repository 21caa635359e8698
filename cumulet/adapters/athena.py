"""Athena: queries over the lake's tables, in the foundation's workgroup."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from cumulet.adapters.session import client
from cumulet.contracts.errors import ContractError, JobError, NotFoundError

CATALOG = "AwsDataCatalog"
ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")
FIRST_LOOK_S, LAST_LOOK_S = 0.05, 1.0

_MISSING = re.compile(
    r"(?P<what>TABLE|COLUMN)_NOT_FOUND:.*?'(?:[^']*\.)?(?P<name>[^'.]+)'|Table not found .*?(?P<told>\w+)$"
)
_NUMBERS: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), int),
    **dict.fromkeys(("float", "double", "decimal"), float),
    "boolean": lambda text: text == "true",
}


@dataclass(frozen=True)
class Answer:
    """The columns and the first rows of a result; numbers and truth values are such, all else is text."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]] = field(repr=False)
    whole: bool
    """Whether these are all rows."""
    bytes_scanned: int
    billed: bool
    """Whether AWS charges for it: SHOW and DESCRIBE are free."""
    seconds: float


class Athena:
    """The workgroup, and the database that queries are about when they name none."""

    def __init__(self, workgroup: str, database: str) -> None:
        self._workgroup = workgroup
        self._database = database
        self._client = client("athena")

    def tables(self) -> dict[str, dict[str, str]]:
        """Columns and their types by table; partition keys are the last columns."""
        given = {"CatalogName": CATALOG, "DatabaseName": self._database}
        pages = self._client.get_paginator("list_table_metadata").paginate(**given)
        found = (table for page in pages for table in page["TableMetadataList"])
        return {
            table["Name"]: {c["Name"]: c["Type"] for c in [*table["Columns"], *table.get("PartitionKeys", [])]}
            for table in found
        }

    def ask(self, sql: str, *, limit: int, progress: Callable[[str], None] = lambda state: None) -> Answer:
        """Run a query to its end and fetch at most `limit` rows; a query that is interrupted is stopped.

        Raises ContractError when it cannot be read, NotFoundError naming what exists, JobError with Athena's reason.
        """
        id = self._start(sql)
        try:
            execution = self._wait(id, progress)
        except KeyboardInterrupt:
            self._client.stop_query_execution(QueryExecutionId=id)
            raise
        status = execution["Status"]
        if status["State"] != "SUCCEEDED":
            raise self._failure(sql, status)
        return self._answer(execution, limit)

    def _start(self, sql: str) -> str:
        try:
            answer = self._client.start_query_execution(
                QueryString=sql, QueryExecutionContext={"Database": self._database}, WorkGroup=self._workgroup
            )
        except ClientError as error:
            if error.response.get("AthenaErrorCode") != "MALFORMED_QUERY":
                raise
            said = error.response["Error"]["Message"]
            raise ContractError(f"the query cannot be read: {said}; `cumulet sql --help` has an example") from error
        return str(answer["QueryExecutionId"])

    def _wait(self, id: str, progress: Callable[[str], None]) -> dict[str, Any]:
        pause = FIRST_LOOK_S
        while True:
            execution: dict[str, Any] = self._client.get_query_execution(QueryExecutionId=id)["QueryExecution"]
            if execution["Status"]["State"] in ENDED:
                return execution
            progress(execution["Status"]["State"].lower())
            time.sleep(pause)
            pause = min(pause * 1.5, LAST_LOOK_S)

    def _answer(self, execution: Mapping[str, Any], limit: int) -> Answer:
        statistics = execution["Statistics"]
        is_query = execution["StatementType"] == "DML"
        pages = self._client.get_paginator("get_query_results").paginate(QueryExecutionId=execution["QueryExecutionId"])
        info: list[dict[str, Any]] = []
        rows = _rows(pages, info)
        kept = list(
            islice(rows, 1, limit + 1) if is_query else islice(rows, limit)
        )  # a query's first row is its header
        return Answer(
            columns=tuple(column["Name"] for column in info),
            rows=kept,
            whole=next(rows, None) is None,
            bytes_scanned=int(statistics.get("DataScannedInBytes", 0)),
            billed=is_query,
            seconds=statistics.get("TotalExecutionTimeInMillis", 0) / 1e3,
        )

    def _failure(self, sql: str, status: Mapping[str, Any]) -> Exception:
        reason = str(status.get("StateChangeReason", status["State"].lower()))
        missing = _MISSING.search(reason)
        if missing is None:
            remedy = "; name its value, e.g. model = '1'" if "injected projected partition" in reason else ""
            return JobError(f"the query {status['State'].lower()}: {reason}{remedy}")
        tables = self.tables()
        if missing["what"] != "COLUMN":
            name = missing["name"] or missing["told"]
            return NotFoundError(
                f"there is no table {name}{_near(name, tables)}; there are {', '.join(sorted(tables))}"
            )
        mentioned = [name for name in sorted(tables) if re.search(rf"\b{re.escape(name)}\b", sql, re.IGNORECASE)]
        known = "; ".join(f"{name} has {', '.join(tables[name])}" for name in mentioned)
        near = _near(str(missing["name"]), (column for name in mentioned for column in tables[name]))
        return NotFoundError(f"there is no column {missing['name']} here{near}: {known or reason}")


def _near(name: str, names: Iterable[str]) -> str:
    """The name that was meant, most likely; "" when none is like it."""
    found = difflib.get_close_matches(name.lower(), list(names), n=1, cutoff=0.75)
    return f" (did you mean {found[0]}?)" if found else ""


def _rows(pages: Any, info: list[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    """All rows of a result; `info` is filled with the description of its columns before the first."""
    for page in pages:
        info[:] = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        kinds = [column["Type"] for column in info]
        for row in page["ResultSet"]["Rows"]:
            cells = [cell.get("VarCharValue") for cell in row["Data"]]
            yield tuple(_value(text, kind) for text, kind in zip(cells, kinds, strict=True))


def _value(text: str | None, kind: str) -> Any:
    if text is None or kind not in _NUMBERS:
        return text
    try:
        return _NUMBERS[kind](text)
    except ValueError:  # the header, which is text in every column
        return text
