"""Every function that is here against what Trino's documentation says of it."""

from __future__ import annotations

import re

import pytest

from emulator.athena.sql.functions import FUNCTIONS
from tests.emulator.athena.sql.harness import Bench

TEN = "(VALUES (1, 10.0e0, 'a'), (2, 20.0e0, 'b'), (3, 30.0e0, 'b'), (4, NULL, NULL)) AS t (n, x, s)"
TS, DAY = "TIMESTAMP '2013-01-02 03:04:05'", "DATE '2013-01-02'"

AGGREGATES = {
    "any_value(s) IN ('a', 'b')": "true",
    "approx_distinct(s)": "2",
    "approx_percentile(n, 0.5) BETWEEN 1 AND 4": "true",
    "arbitrary(s) IN ('a', 'b')": "true",
    "array_agg(n ORDER BY n)": "[1, 2, 3, 4]",
    "avg(x)": "20.0",
    "bool_and(n > 1)": "false",
    "bool_or(n > 3)": "true",
    "corr(n, x)": "1.0",
    "count(*)": "4",
    "count(x)": "3",
    "count(DISTINCT s)": "2",
    "count_if(n > 2)": "2",
    "covar_pop(n, x) > 6.66 AND covar_pop(n, x) < 6.67": "true",
    "covar_samp(n, x)": "10.0",
    "round(geometric_mean(n), 2)": "2.21",
    "histogram(s)": "{a=1, b=2}",
    "listagg(s, ',') WITHIN GROUP (ORDER BY n)": "a,b,b",
    "max(s)": "b",
    "max_by(s, x)": "b",
    "min(n)": "1",
    "min_by(s, x)": "a",
    "abs(regr_intercept(x, n)) < 1e-9": "true",
    "round(regr_slope(x, n), 6)": "10.0",
    "stddev(x)": "10.0",
    "stddev_samp(x)": "10.0",
    "round(stddev_pop(x), 3)": "8.165",
    "sum(n)": "10",
    "round(var_pop(x), 2)": "66.67",
    "var_samp(x)": "100.0",
    "variance(x)": "100.0",
}
WINDOWS = {
    "row_number()": "3",
    "rank()": "3",
    "dense_rank()": "3",
    "percent_rank() > 0.66": "true",
    "cume_dist()": "0.75",
    "ntile(2)": "2",
    "lag(n)": "2",
    "lead(n)": "4",
    "first_value(n)": "1",
    "last_value(n)": "3",
    "nth_value(n, 2)": "2",
}
SCALARS = {
    "CAST('7' AS bigint)": "7",
    "TRY_CAST('x' AS bigint)": None,
    "coalesce(NULL, 'b')": "b",
    "greatest(1, 3, 2)": "3",
    "greatest(1, NULL)": None,
    "least(1, 3, 2)": "1",
    "if(1 > 2, 'yes', 'no')": "no",
    "nullif(1, 1)": None,
    "try(CAST('x' AS bigint))": None,
    "abs(-2)": "2",
    "round(cbrt(27.0e0), 6)": "3.0",
    "ceil(1.2e0)": "2.0",
    "ceiling(1.2e0)": "2.0",
    "degrees(pi())": "180.0",
    "exp(0)": "1.0",
    "floor(1.8e0)": "1.0",
    "ln(1)": "0.0",
    "log10(100)": "2.0",
    "log2(8)": "3.0",
    "mod(7, 3)": "1",
    "pow(2, 3)": "8.0",
    "power(2, 3)": "8.0",
    "radians(180.0e0) = pi()": "true",
    "rand() < 1": "true",
    "random() < 1": "true",
    "round(2.5e0)": "3.0",
    "sqrt(16)": "4.0",
    "truncate(-2.7e0)": "-2.0",
    "7 / 2": "3",
    "7 / 2e0": "3.5",
    "-7 % 3": "-1",
    "chr(65)": "A",
    "concat('a', 'b')": "ab",
    "concat('a', NULL)": None,
    "length('abc')": "3",
    "levenshtein_distance('kitten', 'sitting')": "3",
    "lower('A')": "a",
    "upper('a')": "A",
    "lpad('a', 3, 'xy')": "xya",
    "rpad('a', 3, 'xy')": "axy",
    "ltrim('  a')": "a",
    "rtrim('a  ')": "a",
    "trim(' a ')": "a",
    "position('b' IN 'abc')": "2",
    "strpos('abc', 'z')": "0",
    "regexp_extract('1a 2b', '(\\d)b', 1)": "2",
    "regexp_extract('abc', 'x')": None,
    "regexp_like('1a 2b', '\\d+b')": "true",
    "replace('aab', 'a', 'x')": "xxb",
    "reverse('abc')": "cba",
    "split('a,b', ',')": "[a, b]",
    "split_part('a-b', '-', 2)": "b",
    "split_part('a-b', '-', 3)": None,
    "starts_with('abc', 'ab')": "true",
    "substr('abc', 2)": "bc",
    "substr('abc', -2, 1)": "b",
    "substring('abc', 1, 2)": "ab",
    f"date({TS})": "2013-01-02",
    f"date_add('day', 1, {DAY})": "2013-01-03",
    f"date_add('hour', 1, {TS})": "2013-01-02 04:04:05.000",
    f"{DAY} + INTERVAL '1' DAY": "2013-01-03",
    f"date_diff('day', {TS}, TIMESTAMP '2013-01-03 03:04:04')": "0",
    f"date_diff('day', {DAY}, DATE '2013-03-01')": "58",
    "date_diff('hour', TIMESTAMP '2013-01-01 00:59:00', TIMESTAMP '2013-01-01 02:00:00')": "1",
    f"date_format({TS}, '%Y/%m/%d %H:%i:%s')": "2013/01/02 03:04:05",
    "date_parse('2013-01-02', '%Y-%m-%d')": "2013-01-02 00:00:00.000",
    f"date_trunc('month', {DAY})": "2013-01-01",
    f"date_trunc('hour', {TS})": "2013-01-02 03:00:00.000",
    f"day({DAY})": "2",
    f"day_of_month({DAY})": "2",
    f"day_of_week({DAY})": "3",
    f"dow({DAY})": "3",
    f"day_of_year({DAY})": "2",
    f"doy({DAY})": "2",
    f"extract(HOUR FROM {TS})": "3",
    "from_iso8601_date('2013-01-02')": "2013-01-02",
    "from_iso8601_timestamp('2013-01-02T03:04:05Z')": "2013-01-02 03:04:05.000 UTC",
    "from_unixtime(1357095845)": "2013-01-02 03:04:05.000 UTC",
    f"to_unixtime({TS})": "1.357095845E9",
    f"hour({TS})": "3",
    f"minute({TS})": "4",
    f"second({TS})": "5",
    f"month({DAY})": "1",
    f"quarter({DAY})": "1",
    f"year({DAY})": "2013",
    f"week({DAY})": "1",
    f"week_of_year({DAY})": "1",
    f"year_of_week({DAY})": "2013",
    f"last_day_of_month({DAY})": "2013-01-31",
    "now()": "2013-04-01 07:00:00.000 UTC",
    "current_date": "2013-04-01",
    "date_diff('day', DATE '2013-03-31', current_date)": "1",
    "array_distinct(ARRAY[1, 1])": "[1]",
    "array_join(ARRAY['a', 'b'], '+')": "a+b",
    "array_max(ARRAY[1, 3])": "3",
    "array_min(ARRAY[1, 3])": "1",
    "array_sort(ARRAY[2, 1])": "[1, 2]",
    "cardinality(ARRAY[1, 2])": "2",
    "contains(ARRAY[1, 2], 2)": "true",
    "element_at(ARRAY[1, 2], 3)": None,
    "filter(ARRAY[1, 2, 3], x -> x > 1)": "[2, 3]",
    "flatten(ARRAY[ARRAY[1], ARRAY[2]])": "[1, 2]",
    "map(ARRAY['a'], ARRAY[1])": "{a=1}",
    "map_keys(map(ARRAY['a'], ARRAY[1]))": "[a]",
    "map_values(map(ARRAY['a'], ARRAY[1]))": "[1]",
    "sequence(1, 3)": "[1, 2, 3]",
    "transform(ARRAY[1, 2], x -> x + 1)": "[2, 3]",
    "json_extract_scalar('{\"a\": {\"b\": 1}}', '$.a.b')": "1",
}


@pytest.mark.parametrize("call", AGGREGATES)
def test_an_aggregate_gives_what_trino_documents(bench: Bench, call: str) -> None:
    assert bench.rows(f"SELECT {call} FROM {TEN}") == [[AGGREGATES[call]]]


@pytest.mark.parametrize("call", WINDOWS)
def test_a_window_function_gives_what_trino_documents(bench: Bench, call: str) -> None:
    function, _, comparison = call.partition(" > ")
    asked = f"{function} OVER (ORDER BY n){' > ' + comparison if comparison else ''}"
    assert bench.rows(f"SELECT v FROM (SELECT n, {asked} AS v FROM {TEN}) WHERE n = 3") == [[WINDOWS[call]]]


@pytest.mark.parametrize("call", SCALARS)
def test_a_function_gives_what_trino_documents(bench: Bench, call: str) -> None:
    assert bench.rows(f"SELECT {call}") == [[SCALARS[call]]]


def test_an_integer_divided_by_zero_is_an_error_and_a_double_is_infinite(bench: Bench) -> None:
    assert bench.reason("SELECT n / (n - n) FROM UNNEST(sequence(1, 3)) AS t (n)").startswith("DIVISION_BY_ZERO")
    assert bench.rows("SELECT 1e0 / 0") == [["Infinity"]]


def test_unnest_makes_rows_of_an_array(bench: Bench) -> None:
    assert bench.rows("SELECT x FROM (SELECT ARRAY[2, 1] AS a) CROSS JOIN UNNEST(a) AS t (x) ORDER BY x") == [
        ["1"],
        ["2"],
    ]


def test_no_function_is_here_that_is_not_tested() -> None:
    calls = " ".join([*AGGREGATES, *WINDOWS, *SCALARS, "unnest("]).lower()
    assert set(re.findall(r"(\w+)\(", calls)) >= FUNCTIONS


@pytest.mark.parametrize("call", ["getenv('HOME')", "current_setting('threads')", "read_text('x')", "strftime(now())"])
def test_a_function_of_duckdb_that_is_not_trinos_is_refused_by_its_name(bench: Bench, call: str) -> None:
    name = call.partition("(")[0]
    assert bench.reason(f"SELECT {call}").startswith(f"FUNCTION_NOT_FOUND: line 1:8: Function '{name}' not registered")


def test_an_alias_before_a_parenthesis_is_no_function(bench: Bench) -> None:
    assert bench.rows("WITH x (a, b) AS (SELECT 1, 2) SELECT y.c FROM (SELECT a FROM x) AS y (c)") == [["1"]]
