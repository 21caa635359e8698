from __future__ import annotations

from datetime import date

import pytest

import usecases
from cumulet.contracts.errors import ContractError
from cumulet.core.simulator.declaration import EXAMPLE, read
from cumulet.core.simulator.knobs import Prior, Tilt

FLIGHTS = usecases.load("flights")
WHEN = "when = { start = 2013-05-01 }"


def test_a_shift_is_read_from_toml():
    shift = read(
        f'title = "t"\nseed = 3\n[[knob]]\nkind = "tilt"\ncolumn = "distance"\nstrength = 1\n{WHEN}\n{EXAMPLE}', FLIGHTS
    )
    assert (shift.title, shift.seed, shift.start) == ("t", 3, date(2013, 5, 1))
    assert [type(knob) for knob in shift.knobs] == [Tilt, Prior]


@pytest.mark.parametrize(
    ("knob", "remedy"),
    [
        ('kind = "tillt"', "give one of tilt, scale, prior, concept, late, broken"),
        ('kind = "prior"', "odds"),
        ('kind = "prior"\nodds = 0', "above 0"),
        ('kind = "prior"\nods = 2', "ods: there is no such setting, but when, odds, value"),
        ('kind = "tilt"\ncolumn = "speed"\nstrength = 1', "distance"),
        ('kind = "tilt"\ncolumn = "origin"\nstrength = 1', "give a number"),
        ('kind = "tilt"\ncolumn = "origin"', "give strength, or values"),
        ('kind = "scale"\ncolumn = "temp"\ntable = "wether"\nfactor = 2', "flights has records, outcomes, weather"),
        ('kind = "scale"\ncolumn = "distance"\nshare = 2', "at most 1"),
        ('kind = "concept"', "give flip"),
        ('kind = "concept"\nflip = 0.5\nwhere = { gate = "A" }', "give a field"),
        ('kind = "late"\nmean_days = -1', "late by -1 days"),
        ('kind = "broken"\nhow = "burnt"', "missing, doubled"),
        ('kind = "broken"\nhow = "swapped"\ncolumns = ["origin"]', "two to swap"),
    ],
)
def test_a_knob_that_does_not_fit_is_refused_with_its_number_and_a_remedy(knob, remedy):
    with pytest.raises(ContractError, match=remedy) as caught:
        read(f"[[knob]]\n{knob}\n{WHEN}", FLIGHTS)
    assert "knob 1" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "knob", "remedy"),
    [
        ("bikes", 'kind = "prior"\nodds = 2', "predicts a number"),
        ("digits", 'kind = "prior"\nodds = 2\nvalue = 10', "0 to 9"),
        ("flights", 'kind = "prior"\nodds = 2\nvalue = "late"', "0 to 1"),
        ("digits", 'kind = "tilt"\ncolumn = "image"\nstrength = 1', "give a number: ink, width, height"),
    ],
)
def test_a_knob_that_does_not_fit_the_kind_of_use_case_is_refused(name, knob, remedy):
    with pytest.raises(ContractError, match=remedy):
        read(f"[[knob]]\n{knob}\n{WHEN}", usecases.load(name))


@pytest.mark.parametrize("text", ["", "title = 1", "knob = []", "[[knob", 'knobs = "none"'])
def test_what_is_no_shift_is_refused_with_an_example(text):
    with pytest.raises(ContractError, match=r"odds = 2\.0"):
        read(text, FLIGHTS)


def test_a_knob_without_a_time_says_what_a_time_is():
    with pytest.raises(ContractError, match="start"):
        read('[[knob]]\nkind = "prior"\nodds = 2', FLIGHTS)
