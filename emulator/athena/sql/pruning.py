"""Which partitions and columns of each table a query needs.

A condition prunes a table when every row that it refuses is lost anyway: it stands in the WHERE of the table's own
scope (or in the ON of its join), is about its partition keys alone, and no outer join could bring the row back as
NULLs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.optimizer.pushdown_predicates import pushdown_predicates
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.scope import Scope, traverse_scope

from emulator.athena.errors import QueryFailed
from emulator.athena.sql.binding import Bound, Source
from emulator.athena.sql.partitions import injected

_CANNOT_MOVE = (exp.Limit, exp.Offset, exp.Fetch, exp.Window, exp.TableSample, exp.Unnest)
_VARY = (exp.Rand, exp.Query, exp.AggFunc, exp.Window)


@dataclass(frozen=True)
class Need:
    """Of one source: the columns that the query reads, and what its partition keys must fulfil."""

    columns: frozenset[str]
    conditions: tuple[exp.Expr, ...]


def needs(bound: Bound) -> Mapping[str, Need]:
    """By the name of the source."""
    expression = bound.expression.copy()
    if not any(_is_outer(join) for join in expression.find_all(exp.Join)) and not expression.find(*_CANNOT_MOVE):
        expression = pushdown_predicates(expression, dialect="trino")
    expression = pushdown_projections(expression)
    by_name = {source.name: source for source in bound.sources}
    columns: dict[str, set[str]] = {name: set() for name in by_name}
    conditions: dict[str, list[exp.Expr]] = {name: [] for name in by_name}
    for scope in traverse_scope(expression):
        for alias, found in scope.sources.items():
            if isinstance(found, exp.Table) and found.name in by_name:
                source = by_name[found.name]
                columns[source.name] |= {c.name for c in _columns(expression, scope) if c.table == alias}
                conditions[source.name] += _conditions(scope, alias, source)
    return {name: Need(frozenset(columns[name]), tuple(conditions[name])) for name in by_name}


def check_injected(source: Source, conditions: Iterable[exp.Expr]) -> None:
    """Raise QueryFailed, as Athena does, when a value that only the query can give is not given."""
    fixed = {found.name for condition in conditions for found in [_fixed(condition)] if found is not None}
    for key in injected(source.table):
        if key not in fixed:
            raise QueryFailed(
                f"CONSTRAINT_VIOLATION: line 1:1: For the injected projected partition column {key}, the WHERE clause"
                " must contain only static equality conditions, and at least one such condition must be present."
            )


def _columns(expression: exp.Expr, scope: Scope) -> Iterator[exp.Column]:
    """The columns of a scope; those of its subqueries too, which may look out of theirs."""
    yield from scope.columns
    yield from scope.expression.find_all(exp.Column)


def _conditions(scope: Scope, alias: str, source: Source) -> Iterator[exp.Expr]:
    joins: Sequence[exp.Join] = scope.expression.args.get("joins") or ()
    own = next((join for join in joins if join.this.alias_or_name == alias), None)
    where = scope.expression.args.get("where")
    candidates: list[exp.Expr] = []
    if where is not None and not any(_is_outer(join) for join in joins):
        candidates += _conjuncts(where.this)
    if own is not None and own.side in ("", "LEFT") and own.args.get("on") is not None:
        candidates += _conjuncts(own.args["on"])
    keys = set(source.table.partition_keys)
    for condition in candidates:
        mentioned = list(condition.find_all(exp.Column))
        ours = all(column.table == alias and column.name in keys for column in mentioned)
        if mentioned and ours and not condition.find(*_VARY):
            yield condition


def _is_outer(join: exp.Join) -> bool:
    return bool(join.side) or join.kind in ("OUTER", "SEMI", "ANTI")


def _conjuncts(condition: exp.Expr) -> list[exp.Expr]:
    return list(condition.flatten()) if isinstance(condition, exp.And) else [condition]


def _fixed(condition: exp.Expr) -> exp.Column | None:
    """The column that a condition sets to values that are written in the query."""
    condition = condition.unnest()
    if isinstance(condition, exp.EQ):
        for column, value in ((condition.left, condition.right), (condition.right, condition.left)):
            if isinstance(column, exp.Column) and not value.find(exp.Column):
                return column
    values = condition.expressions if isinstance(condition, exp.In) else []
    static = values and not any(value.find(exp.Column) for value in values)
    return condition.this if static and isinstance(condition.this, exp.Column) else None
