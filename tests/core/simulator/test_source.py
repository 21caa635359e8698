"""Every knob on real days of the airline: it does what it says, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from cumulet.contracts.errors import NotFoundError
from cumulet.core import drift
from cumulet.core.schema import Columns, concatenate
from cumulet.core.simulator.declaration import read
from cumulet.core.simulator.frames import Frame
from cumulet.core.simulator.source import ShiftedSource
from cumulet.core.sketches import InputSketch
from cumulet.core.usecase import label_rows
from lambdas.ingest.rules import known_by
from lambdas.ingest.validation import validate
from usecases.flights import USE_CASE
from usecases.flights.source import Source

START = date(2013, 5, 6)
WEEK = [START + timedelta(days=n) for n in range(7)]
NIGHTS = [START + timedelta(days=n) for n in range(12)]
SUDDEN = f"when = {{ start = {START} }}"
SCHEMAS = {"records": USE_CASE.schema, "outcomes": USE_CASE.outcomes, **USE_CASE.side_tables}
Shifted = Callable[..., ShiftedSource]


@pytest.fixture(scope="module")
def airline() -> Source:
    return Source()


@pytest.fixture(scope="module")
def shifted(airline: Source) -> Shifted:
    def make(*knobs: str, when: str = SUDDEN, seed: int = 1) -> ShiftedSource:
        text = f"seed = {seed}\n" + "".join(f"[[knob]]\n{knob}\n{when}\n" for knob in knobs)
        return ShiftedSource(airline, USE_CASE, read(text, USE_CASE))

    return make


def records(source, days=WEEK) -> Columns:
    return concatenate(validate(source.day(day)["records"], USE_CASE.schema).columns for day in days)


def labels(source, nights=NIGHTS) -> dict[str, float]:
    found = [label_rows(USE_CASE, validate(source.day(n)["outcomes"], USE_CASE.outcomes).columns) for n in nights]
    whole = concatenate(found)
    of_week = (whole["date"] >= np.datetime64(START)) & (whole["date"] <= np.datetime64(WEEK[-1]))
    return {i: y for i, y, week in zip(whole["id"], whole["label"], of_week, strict=True) if week}


def rate(source) -> float:
    return float(np.nanmean(list(labels(source).values())))


TILT = 'kind = "tilt"\ncolumn = "distance"\nstrength = 1.0'
PRIOR = 'kind = "prior"\nodds = 2.0'
FLIP = 'kind = "concept"\nflip = 0.5\nwhere = { origin = "JFK" }'
LATER = 'kind = "concept"\ncolumn = "arr_delay"\noffset = 20\nwhere = { carrier = ["UA", "B6"] }'
MILES = 'kind = "scale"\ncolumn = "distance"\nfactor = 1.609344\nshare = 0.5'
WARM = 'kind = "scale"\ntable = "weather"\ncolumn = "temp"\noffset = 18'
LATE = 'kind = "late"\nmean_days = 3\nmax_days = 6\nshare = 0.5'
GENTLE = (TILT, PRIOR, FLIP, LATER, MILES, WARM, LATE)


@pytest.mark.parametrize("knob", GENTLE)
def test_a_day_is_the_same_bytes_by_itself_and_after_others_and_another_seed_is_another_day(shifted, knob):
    day = START + timedelta(days=4)
    fresh, used = shifted(knob), shifted(knob)
    for n in range(4):
        used.day(START + timedelta(days=n))
    assert fresh.day(day) == used.day(day)
    if "share" in knob or ("concept" not in knob and "temp" not in knob):
        assert fresh.day(day) != shifted(knob, seed=2).day(day)


@pytest.mark.parametrize("knob", GENTLE)
def test_before_it_starts_every_byte_is_the_airline_s(airline, shifted, knob):
    day = START - timedelta(days=1)
    assert shifted(knob).day(day) == airline.day(day)


@pytest.mark.parametrize("knob", GENTLE)
def test_what_is_not_broken_still_passes_the_schema_and_the_night_s_rules(shifted, knob):
    for day in (START, START + timedelta(days=5)):
        for name, data in shifted(knob).day(day).items():
            rule = known_by(USE_CASE, day) if name == "outcomes" else None
            assert validate(data, SCHEMAS[name], rule).refusals == ()


def test_a_tilt_moves_its_column_and_hardly_any_that_has_nothing_to_do_with_it(airline, shifted):
    before, after = records(airline), records(shifted(TILT))
    reference = InputSketch.learn(before)
    moved = drift.of_inputs(reference, reference.count(after))
    assert moved["distance"].psi > 0.25
    assert moved["flight"].psi < moved["distance"].psi
    assert after["distance"].mean() > before["distance"].mean() + 300
    assert set(after["id"]) < set(before["id"])


def test_records_that_are_left_out_have_no_outcome_either(airline, shifted):
    source = shifted(TILT)
    kept = set(records(source)["id"])
    assert set(labels(source)) == kept & set(labels(airline))


def test_a_tilt_by_values_changes_their_shares_by_the_factor_asked_for(airline, shifted):
    def odds(columns):
        jfk = np.sum(columns["origin"] == "JFK")
        return jfk / (len(columns["origin"]) - jfk)

    tilted = shifted('kind = "tilt"\ncolumn = "origin"\nvalues = { JFK = 3 }')
    assert odds(records(tilted)) / odds(records(airline)) == pytest.approx(3, rel=0.1)


def test_a_prior_multiplies_the_odds_of_the_label_and_leaves_each_label_s_records_alike(airline, shifted):
    before, after = rate(airline), rate(shifted(PRIOR))
    assert after / (1 - after) == pytest.approx(2 * before / (1 - before), rel=0.08)
    wanted = labels(airline)

    def distance(source):
        columns = records(source)
        late = np.array([wanted.get(i) == 1 for i in columns["id"]])
        return columns["distance"][late].mean()

    assert distance(shifted(PRIOR)) == pytest.approx(distance(airline), rel=0.02)


@pytest.mark.parametrize("knob", [FLIP, LATER])
def test_a_changed_concept_changes_labels_of_its_slice_and_not_a_byte_of_the_records(airline, shifted, knob):
    source, was = shifted(knob), labels(airline)
    assert [source.day(day)["records"] for day in WEEK] == [airline.day(day)["records"] for day in WEEK]
    columns = records(airline)
    inside = columns["origin"] == "JFK" if knob == FLIP else np.isin(columns["carrier"], ["UA", "B6"])
    slice_of = dict(zip(columns["id"], inside, strict=True))
    changed = {i for i, y in labels(source).items() if np.isfinite(y) and y != was[i]}
    assert changed
    assert all(slice_of[i] for i in changed)
    if knob == FLIP:
        finite = [i for i, y in was.items() if slice_of[i] and np.isfinite(y)]
        assert len(changed) / len(finite) == pytest.approx(0.5, abs=0.04)


def test_a_wrong_unit_stretches_the_share_of_rows_asked_for(airline, shifted):
    before, after = records(airline)["distance"], records(shifted(MILES))["distance"]
    wrong = after != before
    assert wrong.mean() == pytest.approx(0.5, abs=0.03)
    assert after[wrong] == pytest.approx(np.minimum(before[wrong] * 1.609344, 6000), abs=0.01)


def test_a_value_does_not_leave_its_field_s_range(shifted):
    columns = records(shifted('kind = "scale"\ncolumn = "distance"\nfactor = 100'))
    assert columns["distance"].max() == 6000


def test_a_side_table_is_shifted_alone(airline, shifted):
    own, moved = airline.day(START), shifted(WARM).day(START)
    assert [name for name in own if own[name] != moved[name]] == ["weather"]
    temp = [validate(tables["weather"], USE_CASE.side_tables["weather"]).columns["temp"] for tables in (own, moved)]
    assert temp[1] - temp[0] == pytest.approx(18)


def test_late_outcomes_come_once_each_and_as_late_as_asked_for(airline, shifted):
    wide = [START + timedelta(days=n) for n in range(-2, 14)]
    came = {}
    for name, source in (("own", airline), ("late", shifted(LATE))):
        frames = {night: Frame.read(source.day(night)["outcomes"]) for night in wide}
        came[name] = [(i, night) for night, frame in frames.items() for i in frame.columns["id"]]
    own, late = dict(came["own"]), dict(came["late"])
    assert len(came["late"]) == len(late)
    begun = [i for i, night in own.items() if START <= night <= START + timedelta(days=6)]
    delay = np.array([(late[i] - own[i]).days for i in begun])
    assert np.mean(delay > 0) == pytest.approx(0.5, abs=0.03)
    assert delay.max() == 6
    assert delay[delay > 0].mean() == pytest.approx(3.0, abs=0.25)
    assert all(own[i] == late[i] for i, night in own.items() if night < START)


def test_late_outcomes_still_come_after_the_source_s_last_day(shifted):
    source = shifted('kind = "late"\nmean_days = 5\nmax_days = 9', when="when = { start = 2013-12-20 }")
    assert Frame.read(source.day(date(2014, 1, 5))["outcomes"]).columns["id"].size > 10
    assert len(Frame.read(source.day(date(2014, 1, 5))["records"])) == 0
    with pytest.raises(NotFoundError, match="2013-12-31"):
        source.day(date(2014, 3, 1))


def test_a_gradual_shift_grows(airline, shifted):
    when = f'when = {{ shape = "gradual", start = {START}, end = {START + timedelta(days=20)} }}'
    source = shifted(MILES.replace("0.5", "1.0"), when=when)
    wrong = [
        np.mean(records(source, [day])["distance"] != records(airline, [day])["distance"])
        for day in (START, START + timedelta(days=10), START + timedelta(days=20))
    ]
    assert wrong == pytest.approx([0, 0.5, 1], abs=0.05)


@pytest.mark.parametrize(
    ("knob", "refused"),
    [
        ('how = "doubled"', lambda valid, bad, was: valid == was and bad == was),
        ('how = "truncated"\nshare = 0.4', lambda valid, bad, was: 0.35 * was < valid + bad < 0.45 * was),
        ('how = "swapped"\ncolumns = ["origin", "dest"]', lambda valid, bad, was: bad > 0.9 * was),
        ('how = "nulls"\ncolumns = ["carrier"]\nshare = 0.3', lambda valid, bad, was: 0.25 * was < bad < 0.35 * was),
    ],
)
def test_a_broken_day_is_refused_row_by_row_as_far_as_it_is_broken(airline, shifted, knob, refused):
    source = shifted(f'kind = "broken"\n{knob}\ndays = [{START}]')
    table = validate(source.day(START)["records"], USE_CASE.schema)
    was = len(Frame.read(airline.day(START)["records"]))
    assert refused(table.counts["valid"], table.counts["quarantined"], was)
    assert source.day(WEEK[1]) == airline.day(WEEK[1])


def test_a_missing_day_is_one_that_the_source_does_not_have(shifted):
    source = shifted(f'kind = "broken"\nhow = "missing"\ndays = [{START}]')
    with pytest.raises(NotFoundError, match="missing"):
        source.day(START)
    assert source.day(WEEK[1])


def test_by_chance_about_as_many_days_break_as_asked_for(airline, shifted):
    source = shifted('kind = "broken"\nhow = "missing"\nchance = 0.3')
    missing = 0
    for n in range(60):
        try:
            source.day(START + timedelta(days=n))
        except NotFoundError:
            missing += 1
    assert 10 <= missing <= 27


def test_knobs_work_together(airline, shifted):
    source = shifted(TILT, PRIOR, LATER, MILES, LATE)
    assert len(records(source)["id"]) < len(records(airline)["id"])
    assert rate(source) > rate(airline)
