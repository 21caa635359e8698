"""A query against the catalog: tables found, columns resolved and typed as Athena would, or refused as it does.

DuckDB is more lenient than Trino: it compares text with dates and lets GROUP BY name an alias. A query that Athena
would refuse must not pass here, so names and types are checked before DuckDB sees them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from emulator.athena.errors import QueryFailed
from emulator.athena.names import CATALOG
from emulator.athena.sql.parsing import DIALECT
from emulator.athena.sql.statement import Query
from emulator.athena.sql.table import Table, data_type

UNNAMED = "unnamed__"
_UNRESOLVED = re.compile(r"[Cc]olumn '?\"?(?P<name>[^'\"]+)\"?'? could not be resolved")
_WHERE = re.compile(r"Line: (?P<line>\d+), Col: (?P<col>\d+)")
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_TYPED = (
    exp.DataType.TEXT_TYPES | exp.DataType.NUMERIC_TYPES | exp.DataType.TEMPORAL_TYPES | {exp.DataType.Type.BOOLEAN}
)

Find = Callable[[str, str, str], Table]  # database, table, where it is named ("line 1:15")


@dataclass(frozen=True)
class Source:
    """One mention of a table: in the bound expression it is called `name`, and has `alias` in its scope."""

    name: str
    alias: str
    table: Table


@dataclass(frozen=True)
class Bound:
    """The query with every column qualified and typed, and the names of its result's columns."""

    expression: exp.Expr
    sources: tuple[Source, ...]
    names: tuple[str, ...]


def bind(query: Query, find: Find, database: str) -> Bound:
    """Resolve a query. Raises QueryFailed with Athena's reason: table, column or type."""
    expression = query.expression.copy()
    sources = tuple(_sources(expression, find, database))
    schema: dict[str, object] = {
        source.name: {name: data_type(hive).sql(DIALECT) for name, hive in source.table.all_columns.items()}
        for source in sources
    }
    _mark_unnamed(expression)
    try:
        expression = qualify(expression, schema=schema, dialect=DIALECT, expand_alias_refs=False)
        expression = annotate_types(expression, schema=schema, dialect=DIALECT)
    except OptimizeError as error:
        raise _unresolved(error) from error
    _check_types(expression)
    return Bound(expression, sources, _names(expression))


def position(node: exp.Expr) -> str:
    """Where a node is in the query's text, as Trino says it."""
    written = [part.meta for part in node.find_all(exp.Identifier) if "line" in part.meta]
    if not written:
        return "line 1:1"
    first = min(written, key=lambda meta: int(meta["start"]))
    return f"line {first['line']}:{first['col'] - (first['end'] - first['start'])}"


def _sources(expression: exp.Expr, find: Find, database: str) -> Iterator[Source]:
    """Name each mention of a table t0, t1, … in the expression; CTEs and subqueries are none."""
    try:
        scopes = traverse_scope(expression)
    except OptimizeError as error:
        raise QueryFailed(f"SYNTAX_ERROR: {error}") from error
    found = [source for scope in scopes for source in scope.sources.values() if isinstance(source, exp.Table)]
    for number, table in enumerate({id(table): table for table in found}.values()):
        where, name, alias = position(table), f"t{number}", table.alias_or_name
        if not isinstance(table.this, exp.Identifier):
            raise QueryFailed(f"FUNCTION_NOT_FOUND: {where}: Table function {table.this.sql(DIALECT)} not registered")
        if table.catalog and table.catalog.lower() != CATALOG:
            raise QueryFailed(f"CATALOG_NOT_FOUND: {where}: Catalog '{table.catalog}' does not exist")
        source = Source(name, alias.lower(), find((table.db or database).lower(), table.name.lower(), where))
        table.set("this", exp.to_identifier(name))
        table.set("db", None)
        table.set("catalog", None)
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
        yield source


def _outermost(expression: exp.Expr) -> exp.Expr:
    while isinstance(expression, exp.SetOperation | exp.Subquery):
        expression = expression.this
    return expression


def _mark_unnamed(expression: exp.Expr) -> None:
    """Trino calls a column that is no column and has no alias _col and its number; stars are expanded before."""
    select = _outermost(expression)
    if isinstance(select, exp.Select):
        named = (exp.Alias, exp.Column, exp.Star, exp.Dot)
        projections = [item if isinstance(item, named) else exp.alias_(item, UNNAMED) for item in select.expressions]
        select.set("expressions", projections)


def _names(expression: exp.Expr) -> tuple[str, ...]:
    select = _outermost(expression)
    if not isinstance(select, exp.Select):
        return ()
    found = [item.alias_or_name for item in select.expressions]
    return tuple(f"_col{number}" if name == UNNAMED else name for number, name in enumerate(found))


def _unresolved(error: OptimizeError) -> QueryFailed:
    text = str(error)
    column, at = _UNRESOLVED.search(text), _WHERE.search(text)
    if column is None:
        return QueryFailed(f"SYNTAX_ERROR: {text}")
    name = column["name"]
    where = f"line {at['line']}:{int(at['col']) - len(name) + 1}" if at else "line 1:1"
    return QueryFailed(
        f"COLUMN_NOT_FOUND: {where}: Column '{name}' cannot be resolved"
        " or requester is not authorized to access requested resources"
    )


def _check_types(expression: exp.Expr) -> None:
    """Refuse to compare text with anything else: Trino casts nothing by itself."""
    for node in expression.find_all(*_COMPARISONS, exp.Between, exp.In):
        others = [node.args.get("expression"), node.args.get("low"), node.args.get("high"), *node.expressions]
        for other in filter(None, others):
            _check_pair(node, node.this, other)


def _check_pair(node: exp.Expr, left: exp.Expr, right: exp.Expr) -> None:
    kinds = [_kind(left), _kind(right)]
    if None in kinds or (kinds[0] in exp.DataType.TEXT_TYPES) == (kinds[1] in exp.DataType.TEXT_TYPES):
        return
    shown = [side.type.sql(DIALECT).lower() if side.type else "unknown" for side in (left, right)]
    operator = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}.get(node.key, node.key.upper())
    raise QueryFailed(
        f"TYPE_MISMATCH: {position(node)}: Cannot apply operator: {shown[0]} {operator} {shown[1]}"
        " (compare with a literal of the same type, or CAST one side)"
    )


def _kind(node: exp.Expr) -> exp.DType | None:
    found = node.type.this if isinstance(node.type, exp.DataType) else None
    return found if found in _TYPED else None
