"""Every kind of knob on the days of every use case: yes or no, classes and numbers, with side tables and without."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

import usecases
from cumulet.contracts.errors import NotFoundError
from cumulet.core.schema import Columns, concatenate
from cumulet.core.simulator.comparison import moved, readable, see
from cumulet.core.simulator.declaration import read
from cumulet.core.simulator.source import ShiftedSource
from lambdas.ingest.validation import validate

STARTS = {"bikes": date(2011, 7, 5), "income": date(2015, 3, 3), "digits": date(2024, 2, 6)}
"""flights is in test_source."""
KNOBS = {
    "bikes": {
        "tilt": 'column = "free_day"\nvalues = { no = 0.3 }',
        "scale": 'table = "weather"\ncolumn = "temperature"\noffset = 9',
        "prior": "odds = 3\nvalue = 150",
        "concept": 'column = "rentals"\nfactor = 0.5\nwhere = { free_day = "no" }',
        "late": "mean_days = 2",
        "broken": 'how = "nulls"\ncolumns = ["free_day"]',
    },
    "income": {
        "tilt": 'column = "age"\nstrength = -1',
        "scale": 'column = "schooling"\noffset = 3',
        "prior": "odds = 3\nvalue = 0",
        "concept": 'flip = 0.5\nwhere = { sex = "female", schooling = [16, 17] }',
        "late": "mean_days = 2",
        "broken": 'how = "swapped"\ncolumns = ["race", "sex"]',
    },
    "digits": {
        "tilt": 'column = "ink"\nstrength = 1',
        "prior": 'odds = 5\nvalue = "7"',
        "concept": "flip = 0.5",
        "late": "mean_days = 2",
        "broken": 'how = "truncated"',
    },
}
ALL = [(name, kind) for name, knobs in KNOBS.items() for kind in knobs]
GENTLE = [(name, kind) for name, kind in ALL if kind != "broken"]
source = cache(usecases.source)


def shifted(name: str, kind: str) -> ShiftedSource:
    use_case = usecases.load(name)
    text = f'[[knob]]\nkind = "{kind}"\n{KNOBS[name][kind]}\nwhen = {{ start = {STARTS[name]} }}'
    return ShiftedSource(source(name), use_case, read(text, use_case))


def week(name: str) -> list[date]:
    return [STARTS[name] + timedelta(days=n) for n in range(7)]


@pytest.mark.parametrize(("name", "kind"), ALL)
def test_a_knob_changes_days_from_its_start_on_alike_each_time_and_none_before(name, kind):
    before = STARTS[name] - timedelta(days=1)
    assert shifted(name, kind).day(before) == source(name).day(before)
    days = week(name)
    first, again = ([each.day(day) for day in days] for each in (shifted(name, kind), shifted(name, kind)))
    assert first == again
    assert first != [source(name).day(day) for day in days]


@pytest.mark.parametrize(("name", "kind"), GENTLE)
def test_what_is_not_broken_passes_the_schemas(name, kind):
    use_case = usecases.load(name)
    schemas = {"records": use_case.schema, "outcomes": use_case.outcomes, **use_case.side_tables}
    for day in week(name)[:3]:
        for table, data in shifted(name, kind).day(day).items():
            assert validate(data, schemas[table]).refusals == ()


def labels(name: str, days) -> np.ndarray:
    """The labels that records of a week have in the end."""
    seen = see(days, usecases.load(name), [STARTS[name] + timedelta(days=n) for n in range(30)])
    own = (seen.labels["date"] >= np.datetime64(week(name)[0])) & (seen.labels["date"] <= np.datetime64(week(name)[-1]))
    found = seen.labels["label"][own]
    return found[np.isfinite(found)]


@pytest.mark.parametrize(
    ("name", "meant", "odds"),
    [
        ("bikes", lambda y: y >= 150, 3),
        ("income", lambda y: y == 0, 3),
        ("digits", lambda y: y == 7, 5),
    ],
)
def test_a_prior_multiplies_the_odds_of_a_class_or_of_numbers_from_a_value_on(name, meant, odds):
    before, after = (float(meant(labels(name, each)).mean()) for each in (source(name), shifted(name, "prior")))
    assert after / (1 - after) == pytest.approx(odds * before / (1 - before), rel=0.3)


def records(name: str, days) -> Columns:
    use_case = usecases.load(name)
    return use_case.watch(concatenate(readable(days.day(day)["records"], use_case.schema)[0] for day in week(name)))


def test_a_tilt_moves_a_number_that_is_watched_of_pictures():
    assert (
        records("digits", shifted("digits", "tilt"))["ink"].mean()
        > 1.1 * records("digits", source("digits"))["ink"].mean()
    )


@pytest.mark.parametrize("name", STARTS)
def test_a_moved_label_is_in_what_a_shift_is_shown_to_do(name):
    use_case, days = usecases.load(name), [STARTS[name] + timedelta(days=n) for n in range(14)]
    own, after = (see(each, use_case, days) for each in (source(name), shifted(name, "prior")))
    rows = moved(own, after, STARTS[name], use_case)
    found = {row["column"]: row["psi"] for row in rows if row["table"] == "outcomes"}
    assert found["label"] > 0.1


def test_a_day_that_is_missing_is_missing():
    use_case, day = usecases.load("digits"), STARTS["digits"]
    knob = f'[[knob]]\nkind = "broken"\nhow = "missing"\ndays = [{day}]\nwhen = {{ start = {day} }}'
    with pytest.raises(NotFoundError, match="missing"):
        ShiftedSource(source("digits"), use_case, read(knob, use_case)).day(day)


def test_what_is_watched_of_pictures_is_in_what_a_shift_is_shown_to_do():
    use_case = usecases.load("digits")
    own, after = (see(each, use_case, week("digits")) for each in (source("digits"), shifted("digits", "tilt")))
    rows = moved(own, after, STARTS["digits"], use_case)
    found = {row["column"]: row["psi"] for row in rows if row["table"] == "records"}
    assert found["ink"] > 0.1
