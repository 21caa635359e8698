from __future__ import annotations

import pytest

from emulator.athena.sql.values import column_info, type_name
from tests.emulator.athena.sql.harness import Bench


@pytest.mark.parametrize(
    ("sql", "text", "kind"),
    [
        ("true", "true", "boolean"),
        ("CAST(7 AS tinyint)", "7", "tinyint"),
        ("7", "7", "integer"),
        ("CAST(7 AS bigint)", "7", "bigint"),
        ("sum(7)", "7", "bigint"),
        ("CAST(0.1 AS real)", "0.1", "float"),
        ("1e7", "1.0E7", "double"),
        ("1.25e-4", "1.25E-4", "double"),
        ("-0.001e0", "-0.001", "double"),
        ("1234567.5e0", "1234567.5", "double"),
        ("1e0 / 0", "Infinity", "double"),
        ("CAST(1.50 AS decimal(10, 3))", "1.500", "decimal"),
        ("''", "", "varchar"),
        ("'say \"hi\", it''s\n€'", 'say "hi", it\'s\n€', "varchar"),
        ("CAST('az' AS varbinary)", "61 7a", "varbinary"),
        ("DATE '2013-01-02'", "2013-01-02", "date"),
        ("TIMESTAMP '2013-01-02 03:04:05.678'", "2013-01-02 03:04:05.678", "timestamp"),
        ("from_unixtime(0)", "1970-01-01 00:00:00.000 UTC", "timestamp with time zone"),
        ("INTERVAL '26' HOUR", "1 02:00:00.000", "interval day to second"),
        ("ARRAY[1, NULL]", "[1, null]", "array"),
        ("CAST(ROW(1, 'x') AS row(a integer, b varchar))", "{a=1, b=x}", "row"),
        ("map(ARRAY['k'], ARRAY[true])", "{k=true}", "map"),
    ],
)
def test_a_value_is_the_text_and_its_column_the_type_that_athena_shows(
    bench: Bench, sql: str, text: str, kind: str
) -> None:
    outcome = bench.outcome(f"SELECT {sql} AS v, NULL AS nothing")
    assert bench.rows(f"SELECT {sql} AS v, NULL AS nothing") == [[text, None]]
    assert outcome.columns[0]["Type"] == kind
    assert outcome.columns[0]["Name"] == outcome.columns[0]["Label"] == "v"


def test_columns_of_files_have_the_types_of_the_catalog(bench: Bench) -> None:
    [row] = bench.rows("SELECT carrier, seats, tags, built FROM planes WHERE seats > 7")
    assert row == ["AA", "100", "[a, b]", "2001-02-03 04:05:06.789"]
    kinds = [column["Type"] for column in bench.outcome("SELECT * FROM planes").columns]
    assert kinds == ["varchar", "integer", "array", "timestamp"]


def test_a_decimal_column_says_its_precision_and_scale() -> None:
    info = column_info("d", "DECIMAL(18,3)")
    assert (info["Type"], info["Precision"], info["Scale"]) == ("decimal", 18, 3)


def test_an_unknown_type_is_shown_by_its_own_name() -> None:
    assert type_name("UUID") == "uuid"
