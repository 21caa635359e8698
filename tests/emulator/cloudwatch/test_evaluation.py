from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from emulator.cloudwatch.evaluation import Missing, State, evaluate, to_fill
from emulator.cloudwatch.window import Window

UNCHANGED = None
MARKS = {"0": False, "X": True, "-": None}
OK, ALARM, LACKING = State.OK, State.ALARM, State.INSUFFICIENT_DATA

# AWS's tables: points (oldest first), how many are filled, then missing, ignore, breaching, notBreaching
THREE_OF_THREE = [
    ("0 - X - X", 0, OK, OK, OK, OK),
    ("0 - - - -", 2, OK, OK, OK, OK),
    ("- - - - -", 3, LACKING, UNCHANGED, ALARM, OK),
    ("0 X X - X", 0, ALARM, ALARM, ALARM, ALARM),
    ("- - X - -", 2, ALARM, UNCHANGED, ALARM, OK),
]
TWO_OF_THREE = [
    ("0 - X - X", 0, ALARM, ALARM, ALARM, ALARM),
    ("0 0 X 0 X", 0, ALARM, ALARM, ALARM, ALARM),
    ("0 - X - -", 1, OK, OK, ALARM, OK),
    ("- - - - 0", 2, OK, OK, ALARM, OK),
    ("- - - X -", 2, ALARM, UNCHANGED, ALARM, OK),
]
ROWS = [(3, *row) for row in THREE_OF_THREE] + [(2, *row) for row in TWO_OF_THREE]


def parse(text: str) -> list[bool | None]:
    return [MARKS[mark] for mark in text.split()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} of 3, {row[1]}")
@pytest.mark.parametrize("missing", list(Missing))
def test_each_row_of_the_published_tables_holds(row: tuple[Any, ...], missing: Missing) -> None:
    needed, text, filled, *states = row
    expected = dict(
        zip((Missing.MISSING, Missing.IGNORE, Missing.BREACHING, Missing.NOT_BREACHING), states, strict=True)
    )
    points = parse(text)
    assert evaluate(points, evaluation_periods=3, datapoints_to_alarm=needed, missing=missing) is expected[missing]
    assert to_fill(points, 3) == filled


@pytest.mark.parametrize("text", ["- - - - X", "- - - X -"])
def test_a_first_breach_does_not_fire_a_three_of_three_alarm_early(text: str) -> None:
    state = evaluate(parse(text), evaluation_periods=3, datapoints_to_alarm=3, missing=Missing.MISSING)
    assert state is not State.ALARM


def test_the_range_is_two_periods_longer_than_what_is_evaluated() -> None:
    assert Window(300, 3).periods == 5


@pytest.mark.parametrize("missing", list(Missing))
def test_when_nothing_is_missing_the_setting_for_missing_data_makes_no_difference(missing: Missing) -> None:
    for points in product([True, False], repeat=5):
        expected = State.ALARM if sum(points[-3:]) >= 2 else State.OK
        assert evaluate(points, evaluation_periods=3, datapoints_to_alarm=2, missing=missing) is expected
