from __future__ import annotations

from datetime import date, timedelta

import pytest

from cumulet.contracts.errors import ContractError
from cumulet.core.simulator.timing import When

START = date(2013, 5, 1)


def turned(when: When, days: int = 12) -> list[float]:
    return [when.intensity(START + timedelta(days=n)) for n in range(-1, days)]


def test_sudden_is_whole_from_one_day_to_the_next_and_ends():
    assert turned(When(start=START)) == [0.0] + [1.0] * 12
    assert turned(When(start=START, end=START + timedelta(days=2))) == [0.0, 1.0, 1.0, 1.0] + [0.0] * 9


def test_gradual_rises_from_start_to_end_and_stays():
    risen = turned(When(start=START, shape="gradual", end=START + timedelta(days=10)))
    assert risen[:4] == pytest.approx([0, 0, 0.1, 0.2])
    assert risen[-2:] == [1.0, 1.0]


def test_recurring_comes_back_every_few_days():
    when = When(start=START, shape="recurring", every_days=4, lasting_days=2, end=START + timedelta(days=9))
    assert turned(when) == [0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0]


@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [
        ({"shape": "slow"}, "sudden, gradual, recurring"),
        ({"start": "2013-05-01"}, "without quotes"),
        ({"end": date(2013, 4, 1)}, "after start"),
        ({"shape": "gradual"}, "gradual needs one"),
        ({"lasting_days": 0}, "lasting_days=0"),
        ({"lasting_days": 9}, "every_days=7"),
    ],
)
def test_a_time_that_makes_no_sense_is_refused_with_its_remedy(wrong, remedy):
    with pytest.raises(ContractError, match=remedy):
        When(**{"start": START, **wrong})
