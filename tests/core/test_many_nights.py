"""Many nights at once are the nights one by one, to the bit: also with gaps, outcomes sent again and missing keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import usecases
from cumulet.core import context, many_nights
from cumulet.core.many_nights import ManyNights, applies
from cumulet.core.schema import concatenate, select
from cumulet.core.specs import Rate

FLIGHTS = usecases.load("flights")
FIRST, DAYS = np.datetime64("2013-02-20", "D"), 45


def world(seed, *, again=0.0, values=(0.0, 1.0, np.nan)):
    """Made-up records, label rows and weather of some weeks around a change of clocks; some labels come twice."""
    rng = np.random.default_rng(seed)
    days = FIRST + np.sort(rng.choice(np.delete(np.arange(DAYS), [7, 8, 20]), 900))
    carriers, origins, dests = (
        np.array(v, object) for v in (["UA", "AA", None], ["EWR", "JFK", "LGA"], ["IAH", "BOS"])
    )
    records = {
        "id": np.array([f"r{n}" for n in range(900)], object),
        "sched_dep": days.astype("datetime64[m]") + rng.integers(0, 1440, 900),
        "carrier": rng.choice(carriers, 900),
        "flight": np.where(rng.random(900) < 0.1, np.nan, rng.integers(1, 60, 900)),
        "origin": rng.choice(origins, 900),
        "dest": rng.choice(dests, 900),
    }
    labels = {name: records[name] for name in ("id", "carrier", "flight", "origin", "dest")}
    labels["known"] = days + rng.integers(0, 3, 900)
    second = np.flatnonzero(rng.random(900) < again)
    labels = concatenate(
        [labels, {**select(labels, second), "known": labels["known"][second] + rng.integers(1, 40, len(second))}]
    )
    n = len(labels["known"])
    labels["label"] = rng.choice(np.array(values), n)
    labels["status"] = rng.choice(np.array(["arrived", "cancelled"], object), n)
    labels = select(labels, np.argsort(labels["known"], kind="stable"))
    times = FIRST.astype("datetime64[s]") + 3600 * np.arange(24 * DAYS)
    weather = {"observed_at": np.repeat(times, 2), "origin": np.tile(origins[:2], len(times))}
    fields = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib")
    weather |= {
        name: np.where(rng.random(2 * len(times)) < 0.2, np.nan, rng.normal(size=2 * len(times))) for name in fields
    }
    thinned = rng.random(2 * len(times)) < 0.05
    return records, labels, {"weather": select(weather, thinned)}


def by_night(use_case, records, labels, side):
    days = use_case.days(records)
    parts = []
    for day in np.unique(days):
        today = select(records, days == day)
        parts.append(context.join(use_case, today, context.tables(use_case, day.item(), today, labels, side)))
    return concatenate(parts)


def same(found, wanted):
    assert list(found) == list(wanted)
    for name, column in wanted.items():
        assert found[name].dtype == column.dtype, name
        assert (
            found[name].tolist() == column.tolist()
            if column.dtype == object
            else found[name].tobytes() == column.tobytes()
        ), name


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("again", [0.0, 0.3])
def test_many_nights_at_once_are_the_nights_one_by_one(seed, again):
    given = world(seed, again=again)
    same(context.features(FLIGHTS, *given), by_night(FLIGHTS, *given))


@pytest.mark.parametrize("cells", [1, 2_000])
def test_computed_in_parts_they_are_the_same(monkeypatch, cells):
    given = world(7, again=0.2)
    wanted = context.features(FLIGHTS, *given)
    monkeypatch.setattr(context, "CELLS", cells)
    monkeypatch.setattr(many_nights, "BLOCK", 64)
    same(context.features(FLIGHTS, *given), wanted)


def test_records_need_not_be_in_the_order_of_their_days():
    records, labels, side = world(3)
    shuffled = select(records, np.random.default_rng(3).permutation(900))
    found = context.features(FLIGHTS, shuffled, labels, side)
    wanted = context.features(FLIGHTS, records, labels, side)
    for name in FLIGHTS.context.names:
        by_id = dict(zip(found["id"], found[name].tolist(), strict=True))
        np.testing.assert_array_equal([by_id[one] for one in wanted["id"]], wanted[name])


@pytest.mark.parametrize("side", [{}, {"weather": {}}])
def test_without_observations_their_features_are_missing(side):
    records, labels, _ = world(4)
    found = context.features(FLIGHTS, records, labels, side)
    assert np.isnan(found["weather_temp"]).all()
    same(found, by_night(FLIGHTS, records, labels, side))


def test_before_any_label_rates_are_missing():
    records, labels, side = world(5)
    none = select(labels, slice(0, 0))
    found = context.features(FLIGHTS, records, none, side)
    assert np.isnan(found["late_7"]).all()
    same(found, by_night(FLIGHTS, records, none, side))


def test_labels_that_are_not_whole_numbers_are_summed_night_by_night(monkeypatch):
    records, labels, side = world(6, values=(0.1, 0.7, np.nan))
    assert not applies(FLIGHTS, labels)
    monkeypatch.setattr(context, "ManyNights", None)
    same(context.features(FLIGHTS, records, labels, side), by_night(FLIGHTS, records, labels, side))


def test_whole_numbers_of_any_size_are_taken_at_once():
    given = world(8, values=(-30.0, 0.0, 125.0, np.nan))
    assert applies(FLIGHTS, given[1])
    same(context.features(FLIGHTS, *given), by_night(FLIGHTS, *given))


def test_a_rate_without_prior_is_nothing_where_nothing_is_known():
    bare = replace(
        FLIGHTS, context=replace(FLIGHTS.context, features=(Rate("late_carrier", ("carrier",), (1, 7), strength=0),))
    )
    given = world(9)
    same(context.features(bare, *given), by_night(bare, *given))


def test_the_future_changes_no_feature_of_the_past():
    records, labels, side = world(10)
    until = np.datetime64(date(2013, 3, 15), "D")
    rng = np.random.default_rng(10)
    later = np.flatnonzero(labels["known"] > until)
    shuffled = {name: column.copy() for name, column in labels.items()}
    shuffled["label"][later] = rng.permutation(labels["label"][later])
    past = FLIGHTS.days(records) <= until
    before, after = (context.features(FLIGHTS, records, each, side) for each in (labels, shuffled))
    same(select(before, past), select(after, past))
    assert any(before[n].tobytes() != after[n].tobytes() for n in FLIGHTS.context.names)


def test_a_night_in_a_grid_too_large_is_computed_by_itself():
    records, labels, side = world(11)
    one = select(records, FLIGHTS.days(records) == FLIGHTS.days(records)[0])
    assert ManyNights(FLIGHTS, one, labels, side).cells > 0
    same(context.features(FLIGHTS, one, labels, side), by_night(FLIGHTS, one, labels, side))
