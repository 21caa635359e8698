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
        ('kind = "broken"\nhow = "missing"\ndays = [2013-04-30]', "2013-04-30.*outside of when"),
        ('kind = "broken"\nhow = "nulls"\ncolumns = "dest"', "columns='dest': give a valid list"),
        ('kind = "broken"\nhow = "missing"\ndays = ["soon"]', r"days\.0='soon'"),
        ('kind = "tilt"\ncolumn = "origin"\nvalues = { JKF = 3 }', "origin is never JKF: give EWR, JFK, LGA"),
        ('kind = "tilt"\ncolumn = "origin"\nvalues = 3', "values=3: give a valid"),
        ('kind = "scale"\ncolumn = "distance"', "give a factor, or an offset"),
        ('kind = "scale"\ncolumn = "distance"\nfactor = "wide"', "factor='wide': give a valid number"),
        ('kind = "concept"\ncolumn = "arr_delay"', "give a factor, or an offset"),
        ('kind = "concept"\nflip = 1\nwhere = { origin = "JKF" }', "origin is never JKF"),
        ('kind = "concept"\nflip = 1\nwhere = "UA"', "where='UA': give a valid"),
        ('kind = "prior"\nodds = 2\nvalue = 3', "value=3.0: give a class, of 0, 1"),
        ('kind = "late"\nmean_days = 2\nmax_days = 2.5', "max_days=2.5: give a valid integer"),
    ],
)
def test_a_knob_that_does_not_fit_is_refused_with_its_number_and_a_remedy(knob, remedy):
    with pytest.raises(ContractError, match=remedy) as caught:
        read(f"[[knob]]\n{knob}\n{WHEN}", FLIGHTS)
    assert "knob 1" in str(caught.value)


@pytest.mark.parametrize(
    ("use_case", "value", "remedy"),
    [
        ("bikes", "", "value=None: give the number from which on a label is meant"),
        ("bikes", 'value = "many"', "value='many': give the number"),
        ("digits", "", "value=None: give a class, of 0, 1, 2"),
        ("digits", "value = 10", "value=10.0: give a class"),
        ("digits", 'value = "ten"', "value='ten': give a class"),
    ],
)
def test_a_prior_names_a_label_of_the_use_case(use_case, value, remedy):
    with pytest.raises(ContractError, match=remedy):
        read(f'[[knob]]\nkind = "prior"\nodds = 2\n{value}\n{WHEN}', usecases.load(use_case))


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        (f'seed = "x"\n{EXAMPLE}', "give a whole number"),
        (EXAMPLE.replace("2.0", "nan"), "give a finite number"),
        (EXAMPLE.replace("{ shape", '"May" # {'), "give a table"),
        (EXAMPLE.replace("2013-05-01", "01.05.2013"), "not TOML"),
        (EXAMPLE.replace("2013-05-01", '"May"'), "start='May'"),
    ],
)
def test_what_is_of_another_type_is_refused_with_a_remedy(text, remedy):
    with pytest.raises(ContractError, match=remedy):
        read(text, FLIGHTS)


@pytest.mark.parametrize("text", ["", "title = 1", "knob = []", "[[knob", 'knobs = "none"', "knob = [1]"])
def test_what_is_no_shift_is_refused_with_an_example(text):
    with pytest.raises(ContractError, match=r"odds = 2\.0"):
        read(text, FLIGHTS)


def test_a_knob_without_a_time_says_what_a_time_is():
    with pytest.raises(ContractError, match="start"):
        read('[[knob]]\nkind = "prior"\nodds = 2', FLIGHTS)
