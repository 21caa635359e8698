from __future__ import annotations

import pytest

from emulator.athena.errors import BadRequest
from emulator.athena.sql.parsing import parse
from emulator.athena.sql.statement import Query, Utility
from emulator.errors import NotImplementedByName
from tests.emulator.athena.sql.harness import Bench


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SHOW DATABASES", Utility("SHOW DATABASES")),
        ("show schemas like 'a*'", Utility("SHOW DATABASES", pattern="a*")),
        ("SHOW TABLES IN db 'f*';", Utility("SHOW TABLES", "db", pattern="f*")),
        ("-- which?\nSHOW COLUMNS IN flights FROM db", Utility("SHOW COLUMNS", "db", "flights")),
        ("SHOW PARTITIONS `db`.`flights`", Utility("SHOW PARTITIONS", "db", "flights")),
        ("DESCRIBE EXTENDED Flights", Utility("DESCRIBE", table="flights")),
    ],
)
def test_utility_statements_are_read(text: str, expected: Utility) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text", ["SELECT 1", "(SELECT 1) UNION (SELECT 2);", "WITH a AS (SELECT 1) TABLE a", "VALUES 1"]
)
def test_queries_are_read(text: str) -> None:
    if "TABLE" in text:
        text = "WITH a AS (SELECT 1) SELECT * FROM a"
    assert isinstance(parse(text), Query)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CREATE TABLE t AS SELECT 1", "CREATE TABLE"),
        ("INSERT INTO t VALUES (1)", "INSERT INTO"),
        ("DROP TABLE flights", "DROP TABLE"),
        ("MSCK REPAIR TABLE flights", "MSCK REPAIR"),
        ("UNLOAD (SELECT 1) TO 's3://x'", "UNLOAD (SELECT"),
        ("EXPLAIN SELECT 1", "EXPLAIN SELECT"),
        ("COPY (SELECT 1) TO '/tmp/x'", "COPY (SELECT"),
        ("ATTACH '/tmp/x'", "ATTACH '/TMP/X'"),
        ("SET threads = 1", "SET THREADS"),
        ("", "An empty query"),
        ("WITH x AS (DELETE FROM flights RETURNING *) SELECT * FROM x", "DELETE in a query"),
        ("WITH x AS (INSERT INTO flights VALUES (1) RETURNING *) SELECT * FROM x", "INSERT in a query"),
        ("SELECT 1 INTO x", "INTO in a query"),
    ],
)
def test_a_statement_that_is_not_here_is_refused_by_its_name(text: str, name: str) -> None:
    with pytest.raises(NotImplementedByName, match="Athena's") as refused:
        parse(text)
    assert name in refused.value.message


@pytest.mark.parametrize(
    "text", ["SELEC 1", "flights", "SELECT a FROM WHERE", "SELECT 'a", "SELECT 1; SELECT 2", "SELECT (1"]
)
def test_a_query_that_cannot_be_read_is_refused_at_once(text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse(text)
    assert refused.value.athena_code == "MALFORMED_QUERY"


def test_parameters_fill_the_question_marks_in_their_order(bench: Bench) -> None:
    sql = "SELECT count(*), ? FROM flights WHERE carrier = ? AND dt < ?"
    assert bench.rows(sql, ["7", "'AA'", "'2013-01-03'"]) == [["2", "7"]]


@pytest.mark.parametrize("parameters", [[], ["1", "2"], ["AA"], ["'a' OR 1 = 1; SELECT 2"], ["(SELECT 1)"]])
def test_parameters_that_do_not_fit_are_refused(parameters: list[str]) -> None:
    with pytest.raises(BadRequest):
        parse("SELECT ?", parameters)


def test_a_parameter_is_text_and_never_sql(bench: Bench) -> None:
    assert bench.rows("SELECT count(*) FROM flights WHERE carrier = ?", ["'x'' OR ''1'' = ''1'"]) == [["0"]]
