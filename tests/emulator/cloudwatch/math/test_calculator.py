from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.cloudwatch.math import Calculator, TimeSeries
from emulator.cloudwatch.math.calculator import REFUSED, check
from emulator.errors import NotImplementedByName, ServiceError

TIMES = [0, 60, 120, 180, 240]


def series(id: str, *values: float | None, period: int = 60) -> TimeSeries:
    present = {at: value for at, value in zip(TIMES, values, strict=False) if value is not None}
    return TimeSeries(period, present, id, id.upper(), is_metric=True)


def of(expression: str, **metrics: list[float | None]) -> list[list[float | None]]:
    """The values of each series that the expression gives, by time."""
    named = {id: series(id, *values) for id, values in metrics.items()}
    length = len(next(iter(metrics.values())))
    calculator = Calculator(metrics=named, expressions={"e": expression}, times=TIMES[:length])
    return [[found.values.get(at) for at in TIMES[:length]] for found in calculator.series("e")]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("metric1 < metric2", [0, 0, 1, 0]),
        ("metric1 >= 30", [1, 0, 0, 0]),
        ("metric1 > 15 AND metric2 > 15", [1, 0, 0, 0]),
        ("metric1 > 15 && metric2 > 15", [1, 0, 0, 0]),
        ("metric1 == 20 || metric2 == 20", [1, 1, 1, 0]),
    ],
)
def test_comparisons_are_as_in_awss_table(expression: str, expected: list[float]) -> None:
    assert of(expression, metric1=[30, 20, 0, 0], metric2=[20, None, 20, None]) == [expected]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("IF(metric1, metric2, metric3)", [30, 0, 20, None, None]),
        ("IF(metric1, 5, metric3)", [5, 5, 20, None, None]),
        ("IF(metric1, metric2, 5)", [30, 0, 5, 5, None]),
        ("IF(metric1, metric2)", [30, 0, None, None, None]),
        ("IF(1, metric2, metric3)", [30, None, 0, 0, 30]),
        ("IF(0, metric2, metric3)", [0, 0, 20, None, 20]),
        ("IF(metric2 < 10, 10, 2)", [2, None, 10, 10, 2]),
    ],
)
def test_if_is_as_in_awss_tables(expression: str, expected: list[float | None]) -> None:
    given_ = {"metric1": [1, 1, 0, 0, None], "metric2": [30, None, 0, 0, 30], "metric3": [0, 0, 20, None, 20]}
    assert of(expression, **given_) == [expected]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a + b", [[3, 2, 7, None]]),
        ("a / b", [[0.5, None, 0.75, None]]),
        ("b / a", [[2, 0, 4 / 3, None]]),
        ("-a ^ 2", [[-1, -4, -9, None]]),
        ("2 ^ 3 ^ 2 + a - a", [[512, 512, 512, None]]),
        ("a - -1", [[2, 3, 4, None]]),
        ("1 + 2 * a", [[3, 5, 7, None]]),
        ("(1 + 2) * a", [[3, 6, 9, None]]),
        ("SUM([a, b])", [[3, 2, 7, None]]),
        ("AVG(METRICS())", [[1.5, 1, 3.5, None]]),
        ("MAX(METRICS())", [[2, 2, 4, None]]),
        ("MIN([a, b])", [[1, 2, 3, None]]),
        ("STDDEV([a, b])", [[0.5, 1, 0.5, None]]),
        ("a - AVG(a)", [[-1, 0, 1, None]]),
        ("a * METRIC_COUNT(METRICS())", [[2, 4, 6, None]]),
        ("SUM(b) / DATAPOINT_COUNT(b) + a", [[4, 5, 6, None]]),
        ('METRICS("b") * 10', [[20, None, 40, None]]),
        ("100 / [a, b]", [[100, 50, 100 / 3, None], [50, None, 25, None]]),
        ("[a, b] - [b, a]", [[-1, 2, -1, None], [1, -2, 1, None]]),
        ("ABS(a - 3)", [[2, 1, 0, None]]),
        ("CEIL(a / 2)", [[1, 1, 2, None]]),
        ("FLOOR(a / 2)", [[0, 1, 1, None]]),
        ("LOG10(a * 10 ^ 2)", [[2, 2 + math.log10(2), 2 + math.log10(3), None]]),
        ("RATE(a)", [[None, 1 / 60, 1 / 60, None]]),
        ("DIFF(b)", [[None, None, 2, None]]),
        ("DIFF_TIME(b)", [[None, None, 120, None]]),
        ("RUNNING_SUM(b)", [[2, None, 6, None]]),
        ("FILL(b, 9)", [[2, 9, 4, 9]]),
        ("FILL(b, REPEAT)", [[2, 2, 4, 4]]),
        ("FILL(b, LINEAR)", [[2, 3, 4, None]]),
        ("FILL(b, a)", [[2, 2, 4, None]]),
        ("FILL(METRICS(), 0)", [[1, 2, 3, 0], [2, 0, 4, 0]]),
        ("FILL(b, MIN(b))", [[2, 2, 4, 2]]),
        ("TIME_SERIES(MAX(b))", [[4, 4, 4, 4]]),
        ("FIRST(SORT(METRICS(), MAX, DESC))", [[2, None, 4, None]]),
        ("LAST(SORT(METRICS(), MIN, ASC))", [[2, None, 4, None]]),
        ("SLICE(SORT(METRICS(), AVG, ASC), 1)", [[2, None, 4, None]]),
        ("SLICE(METRICS(), 0, 1)", [[1, 2, 3, None]]),
        ("SORT(METRICS(), MAX, DESC, 1)", [[2, None, 4, None]]),
        ("a / PERIOD(a) * 60", [[1, 2, 3, None]]),
        ("MINUTE(b)", [[0, 1, 2, 3]]),
        ("DAY(b) * 10000 + YEAR(b)", [[41970, 41970, 41970, 41970]]),
        ("EPOCH(a)", [[0, 60, 120, 180]]),
        ("REMOVE_EMPTY([a, IF(0, a)])", [[1, 2, 3, None]]),
    ],
)
def test_operators_and_functions_are_as_documented(expression: str, expected: list[list[float | None]]) -> None:
    found = of(expression, a=[1, 2, 3, None], b=[2, None, 4, None])
    assert [[None if v is None else pytest.approx(v) for v in line] for line in expected] == found


def refused(expression: str, **more: str) -> str:
    calculator = Calculator(metrics={"a": series("a", 1)}, expressions={"e": expression, **more}, times=TIMES)
    with pytest.raises(ServiceError) as error:
        calculator.series("e")
    assert error.value.code == "ValidationError"
    return error.value.message


@pytest.mark.parametrize(
    "expression",
    ["", "a +", "(a", "a)", "a b", "[a, 1]", "1 + 2", "AVG(a)", "NOPE(a)", "nope", '"text"', "e + 1", "IF(a)",
     "FILL(a)", "SORT(a, AVG, DESC)", "PERIOD(a * 2)", "a ? 1", "AVG(a, a)", "SORT(METRICS(), AVG)", "[a] + [a, a]"],
)  # fmt: skip
def test_what_is_no_expression_is_refused(expression: str) -> None:
    refused(expression)


def test_expressions_may_build_on_one_another_but_not_in_a_circle() -> None:
    named = {"a": series("a", 2)}
    calculator = Calculator(metrics=named, expressions={"e": "f * 10", "f": "a + 1"}, times=TIMES)
    assert calculator.series("e")[0].values == {0: 30}
    assert "refers to itself" in refused("f", f="e")


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_functions_that_are_not_here_are_refused_by_name(name: str) -> None:
    with pytest.raises(NotImplementedByName, match=name):
        check(f"{name}(a)", ["a"])
    with pytest.raises(NotImplementedByName, match="Metrics Insights"):
        check("SELECT AVG(m) FROM SCHEMA(n)", [])


@pytest.mark.parametrize("expression", ["(" * 2000, "-" * 5000 + "a", "2^" * 3000 + "2", "[" * 500, "a+" * 900 + "a"])
def test_an_expression_that_is_too_long_or_too_deep_is_refused(expression: str) -> None:
    with pytest.raises(ServiceError) as error:
        check(expression, ["a"])
    assert error.value.code == "ValidationError"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab12+-*/^()[],<>=! ANDORIFSUM\"'", max_size=40))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    found: Any = None
    try:
        check(text, ["a", "b"])
        found = Calculator(
            metrics={"a": series("a", 1, 2), "b": series("b", 3)}, expressions={"e": text}, times=TIMES
        ).series("e")
    except ServiceError:
        return
    assert all(isinstance(item, TimeSeries) for item in found)
