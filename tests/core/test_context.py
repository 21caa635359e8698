"""Context features on made-up trips: two cities, lines that are late or not, a temperature."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from cumulet.contracts.errors import UnavailableError
from cumulet.core import context
from cumulet.core.schema import Field, Schema, select
from cumulet.core.specs import ContextSpec, Count, Latest, Rate
from cumulet.core.usecase import CutOff

TRIPS = Schema(
    "trips",
    (
        Field("leaves", "datetime", "local time"),
        Field("city", "string", "where from", nullable=True),
        Field("line", "integer", "number", nullable=True),
    ),
    key=("leaves", "city", "line"),
)
SPEC = ContextSpec(
    (
        Rate("late", (), (1, 7, 28), strength=10),
        Rate("late_city", ("city",), (1, 28), strength=5),
        Rate("late_city_line", ("city", "line"), (7,), strength=2),
        Count("trips", ("city",)),
        Latest("weather", ("city",), ("temp",), time="observed_at"),
    )
)
DAY = date(2013, 4, 10)
TRIP_CASE = SimpleNamespace(
    name="trips",
    schema=TRIPS,
    context=SPEC,
    cut_off=CutOff(3, "America/New_York"),
    days=lambda columns: columns["leaves"].astype("datetime64[D]"),
    column=lambda columns, name: columns[name],
)


def history(seed: int = 0, n: int = 4_000):
    """Trips, label rows and weather of 60 days around DAY."""
    random = np.random.default_rng(seed)
    first = np.datetime64(DAY) - 40
    day = first + random.integers(0, 60, n)
    city = random.choice(np.array(["Ulm", "Bonn", None], dtype=object), n)
    line = random.choice([1.0, 2.0, 30.0, np.nan], n)
    records = {"leaves": (day + random.integers(0, 1440, n) * np.timedelta64(1, "m")), "city": city, "line": line}
    label = random.choice([0.0, 1.0, np.nan], n)
    labels = {"city": city, "line": line, "label": label, "known": day + random.integers(0, 3, n)}
    hours = np.datetime64(f"{first}T00:30:00") + np.arange(60 * 24) * np.timedelta64(3600, "s")
    weather = {
        "city": np.array(["Ulm", "Bonn"] * len(hours), dtype=object)[: len(hours)],
        "observed_at": hours,
        "temp": random.normal(10, 5, len(hours)),
    }
    return records, labels, {"weather": weather}


def of_day(records, day=DAY):
    return select(records, TRIP_CASE.days(records) == np.datetime64(day))


def tables(records, labels, side, day=DAY):
    return context.tables(TRIP_CASE, day, of_day(records, day), labels, side)


def test_a_rate_is_shrunk_to_the_rate_of_its_longest_window():
    labels = {
        "city": np.array(["Ulm", "Ulm", "Bonn", "Bonn", "Bonn", "Bonn"], dtype=object),
        "line": np.ones(6),
        "label": np.array([1.0, 1.0, 0.0, 0.0, 1.0, np.nan]),
        "known": np.datetime64(DAY) - np.array([0, 20, 0, 27, 28, 0]),
    }
    found = tables(TRIPS.columns([]), labels, {})
    overall = 2 / 4  # the fifth is 28 nights old, the sixth has no label
    ulm = [(1 + 5 * overall) / 6, (2 + 5 * overall) / 7]
    assert found["city"]["Ulm"][:2] == pytest.approx(ulm)
    assert found["all"]["all"][0] == pytest.approx((1 + 10 * overall) / 12)
    assert found["city"][""][:2] == [overall, overall]


def test_nothing_after_the_cut_off_moves_a_feature():
    records, labels, side = history()
    before = tables(records, labels, side)
    random = np.random.default_rng(1)
    cut_off = np.datetime64(TRIP_CASE.cut_off.at(DAY).replace(tzinfo=None), "s")
    later = np.flatnonzero(labels["known"] > np.datetime64(DAY))
    assert len(later) > 100
    for name in ("city", "line", "label", "known"):
        labels[name] = labels[name].copy()
        labels[name][later] = random.permutation(labels[name][later])
    weather = side["weather"]
    warmer = np.where(weather["observed_at"] > cut_off, 99.0, weather["temp"])
    assert tables(records, labels, {"weather": {**weather, "temp": warmer}}) == before


def test_what_was_known_at_the_cut_off_does_move_features():
    records, labels, side = history()
    before = tables(records, labels, side)
    tonight = labels["known"] == np.datetime64(DAY)
    labels["label"] = np.where(tonight, 1.0, labels["label"])
    cut_off = np.datetime64(TRIP_CASE.cut_off.at(DAY).replace(tzinfo=None), "s")
    weather = side["weather"]
    known = (weather["observed_at"] <= cut_off) & (weather["observed_at"] > cut_off - 7200)
    side = {"weather": {**weather, "temp": np.where(known, 99.0, weather["temp"])}}
    after = tables(records, labels, side)
    assert after["all"] != before["all"]
    assert after["city"]["Ulm"][-1] == 99.0


def test_one_night_equals_the_snapshot_to_the_last_bit():
    records, labels, side = history()
    offline = context.features(TRIP_CASE, records, labels, side)
    today = of_day(records)
    partitions = [select(labels, labels["known"] == np.datetime64(DAY) - age) for age in reversed(range(SPEC.nights))]
    edges = [TRIP_CASE.cut_off.at(d).replace(tzinfo=None) for d in (DAY - timedelta(1), DAY)]
    observed = side["weather"]["observed_at"]
    night = {
        "weather": select(side["weather"], (observed > np.datetime64(edges[0])) & (observed <= np.datetime64(edges[1])))
    }
    stored = json.loads(json.dumps(context.tables(TRIP_CASE, DAY, today, partitions, night), allow_nan=False))
    online = context.join(TRIP_CASE, today, stored)
    rows = TRIP_CASE.days(offline) == np.datetime64(DAY)
    assert rows.sum() > 20
    for name in SPEC.names:
        assert online[name].dtype == np.float32
        assert online[name].tobytes() == offline[name][rows].tobytes(), name


def test_one_record_is_a_batch_of_one():
    records, labels, side = history()
    found, today = tables(records, labels, side), of_day(records)
    batch = context.join(TRIP_CASE, today, found)
    for n in range(5):
        alone = context.join(TRIP_CASE, select(today, slice(n, n + 1)), found)
        assert all(alone[name].tobytes() == batch[name][n : n + 1].tobytes() for name in SPEC.names)


def test_unseen_and_missing_keys_get_the_values_of_any_other_key():
    records, labels, side = history()
    found = tables(records, labels, side)
    strangers = TRIPS.columns(
        [{"leaves": "2013-04-10T12:00", "city": "Rome", "line": 7}, {"leaves": "2013-04-10T12:00"}]
    )
    joined = context.join(TRIP_CASE, strangers, found)
    overall = found["city"][""][0]
    assert joined["late_city_1"].tolist() == [overall, overall]
    assert joined["trips"].tolist() == [0.0, 0.0]
    assert np.isnan(joined["weather_temp"]).all()
    assert joined["late_1"].tolist() == [found["all"]["all"][0]] * 2


def test_the_first_night_has_missing_rates_not_invented_ones():
    records, _, _ = history()
    joined = context.join(TRIP_CASE, of_day(records), context.tables(TRIP_CASE, DAY, of_day(records), [], {}))
    assert np.isnan(joined["late_28"]).all()
    assert np.isnan(joined["weather_temp"]).all()
    assert joined["trips"].max() > 0


def test_join_without_tables_says_to_run_a_night():
    records, _, _ = history()
    with pytest.raises(UnavailableError, match="run a night of trips first"):
        context.join(TRIP_CASE, records, {})


def test_an_observation_older_than_the_cut_off_before_is_not_used():
    records, labels, side = history()
    observed = side["weather"]["observed_at"]
    old = select(
        side["weather"], observed <= np.datetime64(TRIP_CASE.cut_off.at(DAY - timedelta(1)).replace(tzinfo=None))
    )
    assert np.isnan(
        context.join(TRIP_CASE, of_day(records), tables(records, labels, {"weather": old}))["weather_temp"]
    ).all()


def test_records_with_their_context_come_back_from_their_columns():
    records, labels, side = history()
    joined = context.join(TRIP_CASE, of_day(records), tables(records, labels, side))
    stored = json.loads(json.dumps(context.context_records(TRIP_CASE, joined), allow_nan=False))
    back = context.with_context(TRIP_CASE, stored)
    assert list(back) == list(joined)
    for name in SPEC.names:
        assert back[name].tobytes() == joined[name].tobytes()


def test_the_order_of_rows_does_not_matter():
    records, labels, side = history()
    order = np.random.default_rng(3).permutation(len(labels["label"]))
    assert tables(records, select(labels, order), side) == tables(records, labels, side)


def test_an_outcome_that_is_sent_again_in_a_later_night_counts_once_as_it_first_came():
    records, labels, side = history()
    inside = labels["known"] <= np.datetime64(DAY)
    labels = select(labels, inside)
    labels["id"] = np.array([f"trip-{n}" for n in range(len(labels["label"]))], object)
    before = tables(records, labels, side)
    sent = np.flatnonzero((labels["known"] == np.datetime64(DAY) - 3) & ~np.isnan(labels["label"]))
    again = select(labels, sent) | {"known": np.full(len(sent), np.datetime64(DAY)), "label": 1 - labels["label"][sent]}
    assert len(sent) > 10
    twice = {name: np.concatenate([again[name], labels[name]]) for name in labels}
    assert tables(records, twice, side) == before
    unnamed = {name: column for name, column in twice.items() if name != "id"}
    assert tables(records, unnamed, side) != before


def test_the_longest_window_decides_how_many_nights_are_read():
    assert SPEC.nights == 28
    assert replace(SPEC, features=SPEC.features[2:]).nights == 7
