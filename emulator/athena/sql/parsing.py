"""A query string read: a query in Trino's SQL, or one of the utility statements that are here."""

from __future__ import annotations

import re
from collections.abc import Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError, TokenError

from emulator.athena.errors import BadRequest
from emulator.athena.sql.statement import Query, Utility
from emulator.errors import NotImplementedByName

DIALECT = "trino"
REMEDY = "SELECT, WITH, VALUES, SHOW DATABASES, SHOW TABLES, SHOW COLUMNS, SHOW PARTITIONS and DESCRIBE are here"

_NAMED = r"(?:[`\"]?(?P<database>\w+)[`\"]?\.)?[`\"]?(?P<table>\w+)[`\"]?"
_UTILITIES = {
    "SHOW DATABASES": r"SHOW\s+(?:DATABASES|SCHEMAS)(?:\s+LIKE)?(?:\s+'(?P<pattern>[^']*)')?",
    "SHOW TABLES": r"SHOW\s+TABLES(?:\s+(?:IN|FROM)\s+[`\"]?(?P<database>\w+)[`\"]?)?"
    r"(?:(?:\s+LIKE)?\s+'(?P<pattern>[^']*)')?",
    "SHOW COLUMNS": rf"SHOW\s+COLUMNS\s+(?:IN|FROM)\s+{_NAMED}(?:\s+(?:IN|FROM)\s+[`\"]?(?P<of>\w+)[`\"]?)?",
    "SHOW PARTITIONS": rf"SHOW\s+PARTITIONS\s+{_NAMED}",
    "DESCRIBE": rf"(?:DESCRIBE|DESC)\s+(?:(?:EXTENDED|FORMATTED)\s+)?{_NAMED}",
}
_QUERY = re.compile(r"[\s(]*(SELECT|WITH|VALUES)\b", re.IGNORECASE)
_VERB = re.compile(
    r"(ALTER|ANALYZE|ATTACH|CALL|COMMIT|COPY|CREATE|DEALLOCATE|DELETE|DENY|DESC|DESCRIBE|DROP|EXECUTE|EXPLAIN|GRANT|INSERT"
    r"|MERGE|MSCK|OPTIMIZE|PREPARE|REFRESH|RESET|REVOKE|ROLLBACK|SET|SHOW|START|TABLE|TRUNCATE|UNLOAD|UPDATE|USE|VACUUM)\b",
    re.IGNORECASE,
)
"""What begins a statement, of Athena's or of DuckDB's, that is not here; any other word is a mistake."""
_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def parse(text: str, parameters: Sequence[str] = ()) -> Query | Utility:
    """Read a query string. Raises BadRequest as Athena does, NotImplementedByName for statements that are not here."""
    bare = _COMMENTS.sub(" ", text).strip().removesuffix(";").strip()
    for name, pattern in _UTILITIES.items():
        if found := re.fullmatch(pattern, bare, re.IGNORECASE):
            given = {key: value.lower() for key, value in found.groupdict().items() if value}
            given["database"] = given.pop("of", "") or given.get("database", "")
            return Utility(name, **given)
    if not _QUERY.match(bare):
        words = " ".join(bare.split()[:2]).upper() or "An empty query"
        if bare and not _VERB.match(bare):
            raise BadRequest(f"line 1:1: mismatched input '{bare.split()[0]}'. {REMEDY}", "MALFORMED_QUERY")
        raise NotImplementedByName(f"Athena's {words}", REMEDY)
    return Query(_filled(_parsed(text), parameters), text)


def _parsed(text: str) -> exp.Expr:
    try:
        statements = [statement for statement in sqlglot.parse(text, dialect=DIALECT) if statement]
    except (ParseError, TokenError) as error:
        raise BadRequest(_mismatch(error), "MALFORMED_QUERY") from error
    if len(statements) != 1:
        raise BadRequest(f"Only one sql statement is allowed. Got: {text}", "MALFORMED_QUERY")
    if not isinstance(statements[0], exp.Query | exp.Values):
        raise NotImplementedByName(f"Athena's {statements[0].key.upper()}", REMEDY)
    writing = statements[0].find(exp.DML, exp.Into, exp.DDL, exp.Command, exp.Copy)
    if writing is not None and not isinstance(writing, exp.Query | exp.Values):
        raise NotImplementedByName(f"Athena's {writing.key.upper()} in a query", REMEDY)
    return statements[0]


def _mismatch(error: SqlglotError) -> str:
    found = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
    if not found:
        return f"line 1:1: {str(error).splitlines()[0]}"
    near, column = str(found["highlight"]), int(found["col"] or 0)
    expected = str(found["description"]).partition(" but got <")[0]
    return f"line {found['line']}:{max(1, column - len(near) + 1)}: mismatched input '{near}'. {expected}"


def _filled(expression: exp.Expr, parameters: Sequence[str]) -> exp.Expr:
    """Its question marks replaced by the parameters, each a literal of SQL, in their order."""
    marks = [node for node in expression.find_all(exp.Placeholder, bfs=False) if not node.name or node.name == "?"]
    if len(marks) != len(parameters):
        raise BadRequest(
            f"Incorrect number of parameters: expected {len(marks)} but found {len(parameters)}",
            "INVALID_PARAMETER_USAGE",
        )
    for mark, text in zip(marks, parameters, strict=True):
        mark.replace(_literal(text))
    return expression


def _literal(text: str) -> exp.Expr:
    try:
        value = sqlglot.parse_one(text, dialect=DIALECT)
    except SqlglotError as error:
        raise BadRequest(f"The execution parameter {text} is no literal of SQL: text goes in quotes") from error
    if value.find(exp.Column, exp.Query, exp.Func) and not isinstance(value, exp.Cast):
        raise BadRequest(f"The execution parameter {text} is no literal of SQL: text goes in quotes")
    return value
