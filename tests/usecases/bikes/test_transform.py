from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest

from cumulet.core import context
from cumulet.core.schema import rows, select
from usecases.bikes import USE_CASE
from usecases.bikes.transform import EXPOSURE, FEATURE_NAMES, fit_state, transform

NIGHT = date(2011, 10, 14)
STATE = {"mean": 190.0}


@pytest.fixture(scope="module")
def joined(autumn):
    """The hours of one day with their context."""
    records, labels, side = autumn
    today = select(records, USE_CASE.days(records) == np.datetime64(NIGHT))
    return context.join(USE_CASE, today, context.tables(USE_CASE, NIGHT, today, labels, side))


def feature(matrix, name):
    return matrix[:, FEATURE_NAMES.index(name)]


def counts(labels, day, hour):
    return float(labels["label"][(labels["date"] == np.datetime64(day)) & (labels["hour"] == hour)][0])


def test_the_matrix_is_float32_with_a_column_per_feature(joined):
    matrix = transform(joined, STATE)
    assert matrix.dtype == np.float32
    assert matrix.shape == (24, len(FEATURE_NAMES))
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES)
    assert np.isfinite(matrix).all()


def test_one_record_is_a_batch_of_one_to_the_last_bit(joined):
    state = json.loads(json.dumps(fit_state(joined, np.linspace(0, 400, 24))))
    matrix = transform(joined, state)
    for n in range(24):
        assert transform(select(joined, slice(n, n + 1)), state).tobytes() == matrix[n].tobytes()


def test_no_records_give_an_empty_matrix(joined):
    assert transform(select(joined, slice(0, 0)), STATE).shape == (0, len(FEATURE_NAMES))


def test_last_week_s_same_hour_is_that_count_to_the_last_bit(joined, autumn):
    _, labels, _ = autumn
    expected = [counts(labels, "2011-10-07", hour) for hour in range(24)]
    assert joined["rentals_weekday_hour_7"].tolist() == expected
    yesterday = [counts(labels, "2011-10-13", hour) for hour in range(24)]
    assert joined["rentals_hour_1"].tolist() == yesterday


def test_demand_is_relative_to_what_is_typical_which_is_the_exposure(joined):
    matrix, n = transform(joined, STATE), 17
    by_name = {name: float(joined[name][n]) for name in USE_CASE.context.names}
    growth = by_name["rentals_7"] / by_name["rentals_28"]
    typical = (by_name["rentals_workday_hour_7"] + by_name["rentals_workday_hour_28"] * growth) / 2
    assert matrix[n, EXPOSURE] == pytest.approx(typical, abs=1 / 64)
    yesterday = by_name["rentals_hour_1"]
    assert feature(matrix, "rentals_hour_1_to_typical")[n] == pytest.approx(yesterday / typical, abs=1 / 1024)
    assert feature(matrix, "rentals_hour_1_to_level")[n] == pytest.approx(
        yesterday / by_name["rentals_7"], abs=1 / 1024
    )


def test_demand_that_doubles_doubles_the_exposure_and_nothing_else(joined):
    doubled = {name: column * 2 if name.startswith("rentals") else column for name, column in joined.items()}
    before, after = transform(joined, STATE), transform(doubled, STATE)
    busy = before[:, EXPOSURE] > 1
    assert busy.sum() > 20
    assert after[busy, EXPOSURE] == pytest.approx(2 * before[busy, EXPOSURE], abs=1 / 32)
    assert np.array_equal(np.delete(after, EXPOSURE, axis=1)[busy], np.delete(before, EXPOSURE, axis=1)[busy])


def test_values_lie_on_grids_whose_midpoints_float32_holds(joined):
    matrix = transform(joined, STATE)
    for column, parts in (("rentals_hour_28_to_level", 1024), ("rentals_hour_28_to_typical", 1024), ("typical", 64)):
        values = feature(matrix, column) * parts
        assert np.array_equal(values, np.round(values)), column


def test_before_the_first_count_the_mean_is_typical_and_no_exposure_is_below_one(joined):
    rented = [name for name in USE_CASE.context.names if name.startswith("rentals")]
    unknown = {**joined, **{name: np.full(24, np.nan, np.float32) for name in rented}}
    assert set(transform(unknown, STATE)[:, EXPOSURE].tolist()) == {190.0}
    idle = {**joined, **{name: np.zeros(24, np.float32) for name in rented}}
    assert set(transform(idle, STATE)[:, EXPOSURE].tolist()) == {1.0}


def test_the_state_is_the_mean_of_the_hours_that_were_counted(joined):
    y = np.where(np.arange(24) < 2, np.nan, 8.0)
    assert fit_state(joined, y) == {"mean": 8.0}


def test_the_next_day_s_features_do_not_know_what_came_after_midnight(autumn, joined):
    _, labels, side = autumn
    cut_off = np.datetime64(USE_CASE.cut_off.at(NIGHT).replace(tzinfo=None))
    later = labels["known_at"] > cut_off
    assert later.sum() == 24
    scrambled = {**labels, "label": np.where(later, 9_999.0, labels["label"])}
    storm = side["weather"]["observed_at"] > cut_off
    assert storm.sum() == 24
    side = {"weather": {**side["weather"], "wind": np.where(storm, 199.0, side["weather"]["wind"])}}
    today = select(joined, slice(None))
    after = context.join(USE_CASE, today, context.tables(USE_CASE, NIGHT, today, scrambled, side))
    for name in USE_CASE.context.names:
        assert after[name].tobytes() == joined[name].tobytes(), name


def test_the_features_of_a_night_are_those_of_the_snapshot(autumn, joined):
    records, labels, side = autumn
    days = USE_CASE.days(records)
    offline = context.features(USE_CASE, select(records, days >= np.datetime64("2011-10-12")), labels, side)
    tonight = USE_CASE.days(offline) == np.datetime64(NIGHT)
    assert rows(offline) == 4 * 24
    for name in USE_CASE.context.names:
        assert joined[name].tobytes() == offline[name][tonight].tobytes(), name
