from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.cloudwatch.rules import children, holds, parse
from emulator.errors import ServiceError

STATES = {"a": "ALARM", "b": "OK", "c": "INSUFFICIENT_DATA", "with space": "ALARM", "odd (x)": "OK"}


@pytest.mark.parametrize(
    ("rule", "true"),
    [
        ("TRUE", True),
        ("FALSE", False),
        ("ALARM(a)", True),
        ('ALARM("a")', True),
        ("OK( b )", True),
        ("INSUFFICIENT_DATA(c)", True),
        ("ALARM(with space)", True),
        ('OK("odd (x)")', True),
        ("ALARM(arn:aws:cloudwatch:us-east-1:000000000000:alarm:a)", True),
        ("ALARM(a) AND ALARM(b)", False),
        ("ALARM(a) AND NOT ALARM(b)", True),
        ("(ALARM(a) OR ALARM(b)) AND OK(c)", False),
        ("ALARM(a) OR ALARM(b) AND OK(c)", True),
        ("NOT (ALARM(a) AND OK(b))", False),
        ("NOT NOT ALARM(a)", True),
        ("ALARM(a)\n  AND\n  OK(b)", True),
        ("OK(gone) OR ALARM(gone) OR INSUFFICIENT_DATA(gone)", False),
    ],
)
def test_a_rule_is_what_it_says(rule: str, true: bool) -> None:
    assert holds(parse(rule), STATES.get) is true


def test_its_children_are_named_once() -> None:
    assert children("ALARM(a) OR (OK(b) AND NOT ALARM(a)) OR TRUE") == ["a", "b"]


@pytest.mark.parametrize(
    "rule",
    ["", "ALARM", "ALARM()", "ALARM(a", "ALARM(a) AND", "AND ALARM(a)", "ALARM(a) ALARM(b)", "(TRUE", "TRUE)", "a",
     "alarm(a)", "ALARM(a) XOR ALARM(b)", "NOT", "(" * 3000, " OR ".join(f"ALARM(a{n})" for n in range(101))],
)  # fmt: skip
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(ServiceError) as refused:
        parse(rule)
    assert refused.value.code == "ValidationError"


@given(st.recursive(
    st.sampled_from([("ALARM(a)", True), ("OK(a)", False), ("TRUE", True), ("FALSE", False), ("OK(b)", True)]),
    lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(
        lambda t: (f"({t[0][0]} {t[1]} {t[2][0]})", (t[0][1] and t[2][1]) if t[1] == "AND" else (t[0][1] or t[2][1]))
    ) | inner.map(lambda t: (f"NOT ({t[0]})", not t[1])),
    max_leaves=12,
))  # fmt: skip
def test_any_combination_is_what_logic_says(pair: tuple[str, bool]) -> None:
    assert holds(parse(pair[0]), STATES.get) is pair[1]
