"""One statement from text to rows: found in the catalog, planned, run by DuckDB, which can be interrupted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb

from emulator.athena.access import Access
from emulator.athena.errors import QueryCancelled, QueryFailed
from emulator.athena.outcome import Interrupt, Outcome
from emulator.athena.results import Row, TooLarge, to_csv, to_text
from emulator.athena.sql import duck, functions, utility
from emulator.athena.sql.binding import Find, bind
from emulator.athena.sql.plan import Plan, Planner
from emulator.athena.sql.statement import Query, Utility
from emulator.athena.sql.table import Table, of_glue
from emulator.athena.sql.values import column_info, shown
from emulator.service import Cloud

FETCHED = 10_000  # rows at a time
ZONED = "TIMESTAMP WITH TIME ZONE"


class Runner:
    """Runs statements over a cloud's catalog and objects."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._planner = Planner(catalog=cloud.catalog, objects=cloud.objects)

    def utility(self, statement: Utility, access: Access, database: str) -> Outcome:
        """SHOW … or DESCRIBE …."""
        rows = utility.rows(statement, catalog=self._cloud.catalog, allow=access.glue, database=database)
        columns = [column_info(name, "VARCHAR") | {"Type": "string"} for name in utility.COLUMNS[statement.name]]
        return Outcome(columns, to_text(rows), rows=len(rows))

    def plan(self, query: Query, access: Access, database: str) -> Plan:
        """What a query will read. Raises QueryFailed."""
        functions.check(query.text, query.expression)
        bound = bind(query, self._find(access), database)
        return self._planner.plan(bound, access=access, now=self._cloud.clock.now())

    def query(self, plan: Plan, interrupt: Interrupt) -> Outcome:
        """Run a plan. Raises QueryFailed, or QueryCancelled when it was interrupted."""
        try:
            with duck.connect(plan.urls) as connection, interrupt.of(connection):
                return _run(connection, plan)
        except duckdb.InterruptException as error:
            raise QueryCancelled("Query cancelled by user") from error
        except duckdb.Error as error:
            raise duck.failure(error, plan.urls) from error

    def _find(self, access: Access) -> Find:
        catalog = self._cloud.catalog

        def find(database: str, name: str, where: str) -> Table:
            if database == "information_schema":
                raise QueryFailed(
                    "NOT_SUPPORTED: information_schema is not in this emulator: SHOW TABLES and DESCRIBE tell the same"
                )
            if database not in [entry["Name"] for entry in catalog.databases()]:
                raise QueryFailed(f"SCHEMA_NOT_FOUND: {where}: Schema '{database}' does not exist")
            access.glue("glue:GetTable", database, name)
            entry = next((entry for entry in catalog.tables(database) if entry["Name"] == name), None)
            if entry is None:
                raise QueryFailed(f"TABLE_NOT_FOUND: {where}: Table 'awsdatacatalog.{database}.{name}' does not exist")
            return of_glue(entry)

        return find


def _run(connection: duckdb.DuckDBPyConnection, plan: Plan) -> Outcome:
    for statement in plan.setup:
        connection.execute(statement)
    result = connection.execute(plan.query)
    types = [str(kind) for _, kind, *_ in result.description]
    if ZONED in types:
        result = connection.execute(_without_zones(plan.query, types))
    names = plan.names if len(plan.names) == len(types) else tuple(f"_col{number}" for number in range(len(types)))
    rows = _Rows(result, types)
    try:
        body = to_csv(names, rows)
    except TooLarge as error:
        raise QueryFailed(
            "EXCEEDED_LIMIT: the result has more than 256 MB, which this emulator does not keep"
        ) from error
    columns = [column_info(name, kind) for name, kind in zip(names, types, strict=True)]
    return Outcome(columns, body, plan.bytes_scanned, plan.rows_read, rows.number)


class _Rows:
    """The rows of a result as text, counted."""

    def __init__(self, result: duckdb.DuckDBPyConnection, types: Sequence[str]) -> None:
        self._result = result
        self._types = types
        self.number = 0

    def __iter__(self) -> Iterator[Row]:
        while batch := self._result.fetchmany(FETCHED):
            self.number += len(batch)
            for row in batch:
                yield [shown(value, kind) for value, kind in zip(row, self._types, strict=True)]


def _without_zones(query: str, types: Sequence[str]) -> str:
    """The query with moments of a time zone as text: DuckDB's client wants pytz for them."""
    columns = [f"c{number}" for number in range(len(types))]
    listed = ", ".join(
        f"strftime({column}, '%Y-%m-%d %H:%M:%S.%g UTC')" if kind == ZONED else column
        for column, kind in zip(columns, types, strict=True)
    )
    return f"SELECT {listed} FROM ({query}) AS zoned ({', '.join(columns)})"
