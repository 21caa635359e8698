"""Trino's SQL as DuckDB's: what sqlglot does, and what it leaves with another meaning."""

from __future__ import annotations

from datetime import datetime

from sqlglot import exp
from sqlglot.errors import ErrorLevel, UnsupportedError

from emulator.athena.errors import QueryFailed

_DAYS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
_CLOCK = (exp.CurrentTimestamp, exp.CurrentDate, exp.Localtimestamp)


def to_duckdb(expression: exp.Expr, *, now: datetime) -> str:
    """The text that DuckDB runs; the time is the clock's. Raises QueryFailed on what has no counterpart."""
    translated = exp.Paren(this=expression.copy())  # so that the root can be replaced too
    for node in reversed(list(translated.this.walk())):  # children before their parents
        replacement = _translated(node, now)
        if replacement is not node:
            node.replace(replacement)
    try:
        return str(translated.this.sql("duckdb", unsupported_level=ErrorLevel.RAISE))
    except UnsupportedError as error:
        raise QueryFailed(f"NOT_SUPPORTED: {error} (by this emulator)") from error


def _translated(node: exp.Expr, now: datetime) -> exp.Expr:
    if isinstance(node, _CLOCK):
        return _time(node, now)
    if isinstance(node, exp.DateDiff):  # Trino counts whole units, DuckDB's date_diff the boundaries between
        unit = exp.Literal.string(node.text("unit") or "day")
        return exp.Anonymous(this="date_sub", expressions=[unit, node.expression, node.this])
    if isinstance(node, exp.RegexpExtract):
        group = node.args.get("group") or exp.Literal.number(0)
        return exp.Anonymous(this="trino_regexp_extract", expressions=[node.this, node.expression, group])
    if isinstance(node, exp.SplitPart):
        parts = [node.this, node.args["delimiter"], node.args["part_index"]]
        return exp.Anonymous(this="trino_split_part", expressions=parts)
    if _is_date_arithmetic(node) and not isinstance(node.parent, exp.Cast):
        return exp.cast(node.copy(), "DATE")  # in Trino a date stays one, in DuckDB it becomes a timestamp
    return node


def _time(node: exp.Expr, now: datetime) -> exp.Expr:
    kind = "DATE" if isinstance(node, exp.CurrentDate) else "TIMESTAMPTZ"
    kind = "TIMESTAMP" if isinstance(node, exp.Localtimestamp) else kind
    return exp.cast(exp.Literal.string(now.strftime("%Y-%m-%d %H:%M:%S.%f+00")), kind, dialect="duckdb")


def _is_date_arithmetic(node: exp.Expr) -> bool:
    if not isinstance(node, exp.DateAdd | exp.DateSub | exp.DateTrunc | exp.TimestampTrunc | exp.Add | exp.Sub):
        return False
    interval = node.expression if isinstance(node, exp.Add | exp.Sub) else None
    if isinstance(node, exp.Add | exp.Sub) and not isinstance(interval, exp.Interval):
        return False
    unit = (interval or node).text("unit").upper().rstrip("S")
    return bool(node.this.is_type("date")) and unit in _DAYS
