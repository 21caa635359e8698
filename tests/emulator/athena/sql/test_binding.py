from __future__ import annotations

import pytest

from tests.emulator.athena.sql.harness import Bench


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT * FROM nope", "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.db.nope' does not exist"),
        ("SELECT *\nFROM other.flights", "SCHEMA_NOT_FOUND: line 2:6: Schema 'other' does not exist"),
        ("SELECT nope FROM flights", "COLUMN_NOT_FOUND: line 1:8: Column 'nope' cannot be resolved"),
        ("SELECT carrier c FROM flights GROUP BY c", "COLUMN_NOT_FOUND: line 1:40: Column 'c' cannot be resolved"),
        ("SELECT carrier c FROM flights WHERE c = 'AA'", "COLUMN_NOT_FOUND: line 1:37: Column 'c' cannot be resolved"),
        ("SELECT * FROM flights WHERE dt = 20130101", "TYPE_MISMATCH: line 1:29: Cannot apply operator: varchar ="),
        ("SELECT * FROM flights WHERE dt > DATE '2013-01-01'", "TYPE_MISMATCH: line 1:29: Cannot apply operator"),
        ("SELECT * FROM flights WHERE distance IN ('1')", "TYPE_MISMATCH: line 1:29: Cannot apply operator: double IN"),
        ("SELECT * FROM flights WHERE dt BETWEEN 1 AND 2", "TYPE_MISMATCH: line 1:29"),
        ("SELECT * FROM information_schema.tables", "NOT_SUPPORTED: information_schema"),
        ("SELECT * FROM other.db.flights", "CATALOG_NOT_FOUND: line 1:15: Catalog 'other' does not exist"),
        ("SELECT carrier FROM flights GROUP BY 1 HAVING distance > 1", "SYNTAX_ERROR"),
    ],
)
def test_what_athena_refuses_is_refused_with_its_reason(bench: Bench, sql: str, reason: str) -> None:
    assert bench.reason(sql).startswith(reason)


@pytest.mark.parametrize("name", ["flights", "db.flights", '"db"."flights"', "AwsDataCatalog.DB.Flights"])
def test_a_table_is_found_by_each_of_its_names(bench: Bench, name: str) -> None:
    assert bench.rows(f"SELECT count(*) FROM {name}") == [["12"]]


def test_columns_without_a_name_are_numbered_as_trino_does(bench: Bench) -> None:
    plan = bench.plan("SELECT *, 1, carrier, count(*) OVER () AS n, upper(carrier) FROM flights")
    assert plan.names == ("id", "carrier", "distance", "dt", "_col4", "carrier", "n", "_col7")


def test_names_are_found_in_any_case_and_headings_are_in_lower_case(bench: Bench) -> None:
    """As docs/fidelity.md says; Athena shows them as the query writes them."""
    plan = bench.plan('SELECT CARRIER, f.Distance AS Far, upper(carrier) AS "UpperCase" FROM Flights f')
    assert plan.names == ("carrier", "far", "uppercase")


def test_the_names_of_a_union_are_those_of_its_first_query(bench: Bench) -> None:
    assert bench.plan("SELECT 1 AS a UNION ALL SELECT 2 AS b").names == ("a",)


def test_a_query_that_nothing_is_wrong_with_runs(bench: Bench) -> None:
    sql = """
        WITH late AS (SELECT dt, carrier, distance FROM flights WHERE dt >= '2013-01-02')
        SELECT l.carrier, p.seats, count(*) AS n, round(avg(distance), 1) AS mean
        FROM late l JOIN planes p ON l.carrier = p.carrier
        WHERE EXISTS (SELECT 1 FROM flights f WHERE f.carrier = l.carrier AND f.dt = l.dt)
        GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY n DESC, l.carrier LIMIT 1
    """
    assert bench.rows(sql) == [["AA", "100", "3", "1.5"]]
