"""Trino's functions that are here: those of which a test compares the result with Trino's documentation.

Any other is refused by its name, since DuckDB might have one of the same name with another meaning, or Athena none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from emulator.athena.errors import QueryFailed

FUNCTIONS = frozenset(
    """
    any_value approx_distinct approx_percentile arbitrary array_agg avg bool_and bool_or corr count count_if covar_pop
    covar_samp geometric_mean histogram listagg max max_by min min_by regr_intercept regr_slope stddev stddev_pop
    stddev_samp sum var_pop var_samp variance
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
    cast coalesce greatest if least nullif try try_cast
    abs cbrt ceil ceiling degrees exp floor ln log10 log2 mod pi pow power radians rand random round sqrt truncate
    chr concat length levenshtein_distance lower lpad ltrim position regexp_extract regexp_like replace reverse rpad
    rtrim split split_part starts_with strpos substr substring trim upper
    date date_add date_diff date_format date_parse date_trunc day day_of_month day_of_week day_of_year dow doy extract
    from_iso8601_date from_iso8601_timestamp from_unixtime hour last_day_of_month minute month now quarter second
    to_unixtime week week_of_year year year_of_week
    array_distinct array_join array_max array_min array_sort cardinality contains element_at filter flatten map map_keys
    map_values sequence transform unnest
    json_extract_scalar
    """.split()  # noqa: SIM905
)

# What may stand before a parenthesis and is no function
_WORDS = frozenset(
    """
    all and any array as bernoulli between by case char cross cube decimal distinct else except exists filter from full
    group having in inner intersect into is join lateral left like limit not numeric offset on or order ordinality outer
    over partition recursive right rollup row select sets some system then time timestamp union using values varchar
    varbinary when where with within interval array map
    """.split()  # noqa: SIM905
)
_NAME = re.compile(r"[A-Za-z_]\w*")

# DuckDB's own do something else where Trino gives NULL
MACROS = (
    "CREATE MACRO trino_regexp_extract(s, p, g) AS CASE WHEN regexp_matches(s, p) THEN regexp_extract(s, p, g) END",
    "CREATE MACRO trino_split_part(s, d, n) AS CASE WHEN n <= len(string_split(s, d)) THEN split_part(s, d, n) END",
)


def check(text: str, expression: exp.Expr) -> None:
    """Raise QueryFailed, as Athena words it, on a call of a function that is not here."""
    named = {str(node.name).lower() for node in expression.find_all(exp.TableAlias, exp.CTE)}
    for token in _calls(text):
        name = token.text.lower()
        if name not in FUNCTIONS and name not in _WORDS and name not in named:
            where = f"line {token.line}:{token.col - len(token.text) + 1}"
            raise QueryFailed(
                f"FUNCTION_NOT_FOUND: {where}: Function '{name}' not registered"
                " (by this emulator, if it is one of Trino's: docs/emulator.md lists those that are)"
            )


def _calls(text: str) -> Iterator[Token]:
    for token, following in pairwise(sqlglot.tokenize(text, read="trino")):
        quoted = token.token_type in (TokenType.IDENTIFIER, TokenType.STRING)
        if following.token_type is TokenType.L_PAREN and not quoted and _NAME.fullmatch(token.text):
            yield token
