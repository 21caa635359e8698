from __future__ import annotations

import pytest

from tests.emulator.athena.sql.harness import Bench


def days(bench: Bench, sql: str) -> list[str]:
    return [key.split("dt=")[1].split("/")[0] for key in bench.keys(sql)]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("dt = '2013-01-02'", ["2013-01-02"]),
        ("'2013-01-02' < dt", ["2013-01-03", "2013-01-04"]),
        ("dt BETWEEN '2013-01-02' AND '2013-01-03' AND distance > 1", ["2013-01-02", "2013-01-03"]),
        ("dt IN ('2013-01-01', '2013-01-04')", ["2013-01-01", "2013-01-04"]),
        ("CAST(dt AS date) > DATE '2013-01-03'", ["2013-01-04"]),
        ("day_of_week(date(dt)) = 2", ["2013-01-01"]),
        ("dt = '2013-01-02' OR dt = '2013-01-03'", ["2013-01-02", "2013-01-03"]),
        ("dt LIKE '%-04'", ["2013-01-04"]),
        ("dt = '2013-01-02' OR distance > 1", ["2013-01-01", "2013-01-02", "2013-01-03", "2013-01-04"]),
        ("dt = '1999-01-01'", []),
    ],
)
def test_only_the_partitions_that_the_condition_names_are_read(bench: Bench, where: str, expected: list[str]) -> None:
    assert days(bench, f"SELECT id FROM flights WHERE {where}") == expected


@pytest.mark.parametrize(
    "sql",
    [
        "WITH f AS (SELECT * FROM flights) SELECT id FROM f WHERE dt = '2013-01-02'",
        "SELECT f.id FROM planes p JOIN flights f ON f.carrier = p.carrier AND f.dt = '2013-01-02'",
        "SELECT f.id FROM planes p LEFT JOIN flights f ON f.carrier = p.carrier AND f.dt = '2013-01-02'",
    ],
)
def test_a_condition_reaches_the_table_through_ctes_and_joins(bench: Bench, sql: str) -> None:
    keys = [key for key in bench.keys(sql) if key.startswith("flights/")]
    assert keys == ["flights/dt=2013-01-02/records.parquet"]


def test_a_condition_on_what_an_outer_join_left_empty_prunes_nothing(bench: Bench) -> None:
    unmatched = """
        SELECT count(*) FROM planes p LEFT JOIN flights f ON f.carrier = p.carrier WHERE f.dt IS NULL
    """
    assert bench.rows(unmatched) == [["0"]]


def test_a_condition_over_a_limit_does_not_reach_below_it(bench: Bench) -> None:
    sql = "SELECT count(*) FROM (SELECT * FROM flights ORDER BY dt LIMIT 3) AS f WHERE dt = '2013-01-04'"
    assert bench.rows(sql) == [["0"]]


def test_a_condition_over_a_window_does_not_reach_below_it(bench: Bench) -> None:
    numbered = "SELECT dt, row_number() OVER (ORDER BY dt, id) AS n FROM flights"
    assert bench.rows(f"SELECT min(n) FROM ({numbered}) AS f WHERE dt = '2013-01-02'") == [["4"]]


def test_the_bytes_scanned_are_those_of_the_columns_that_are_used(bench: Bench) -> None:
    def scanned(sql: str) -> int:
        return bench.plan(sql).bytes_scanned

    one, two = scanned("SELECT carrier FROM flights"), scanned("SELECT carrier, id FROM flights")
    assert 0 < one < two < scanned("SELECT * FROM flights")
    assert scanned("SELECT count(*) FROM flights WHERE dt > '2013-01-01'") == 0
    assert scanned("WITH f AS (SELECT * FROM flights) SELECT carrier FROM f") == one
    assert scanned("SELECT carrier FROM flights WHERE dt = '2013-01-01'") == one // 4


@pytest.mark.parametrize("where", ["", "WHERE dt = '2013-01-01'", "WHERE model > '1'", "WHERE model LIKE '1'"])
def test_an_injected_key_must_be_set_by_the_query(bench: Bench, where: str) -> None:
    assert bench.reason(f"SELECT * FROM predictions {where}").startswith(
        "CONSTRAINT_VIOLATION: line 1:1: For the injected projected partition column model, the WHERE clause must"
    )


@pytest.mark.parametrize(("where", "rows"), [("model = '2'", "4"), ("model IN ('1', '2')", "8"), ("'9' = model", "0")])
def test_an_injected_key_that_is_set_is_read(bench: Bench, where: str, rows: str) -> None:
    assert bench.rows(f"SELECT count(*) FROM predictions WHERE {where}") == [[rows]]
