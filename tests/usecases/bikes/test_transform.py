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


def test_demand_is_relative_to_the_level_of_seven_days_which_is_the_exposure(joined, autumn):
    _, labels, _ = autumn
    week = (labels["known"] > np.datetime64("2011-10-07")) & (labels["known"] <= np.datetime64("2011-10-14"))
    level = float(np.nanmean(labels["label"][week]))
    matrix = transform(joined, STATE)
    assert matrix[:, EXPOSURE] == pytest.approx(level)
    assert feature(matrix, "rentals_hour_1")[17] == pytest.approx(joined["rentals_hour_1"][17] / level, abs=1 / 1024)


def test_ratios_lie_on_a_grid_whose_midpoints_float32_holds(joined):
    ratios = feature(transform(joined, STATE), "rentals_hour_28") * 2048
    assert np.array_equal(ratios, np.round(ratios))


def test_before_the_first_count_the_level_is_the_mean_and_it_is_never_below_one(joined):
    unknown = {**joined, "rentals_7": np.full(24, np.nan, np.float32)}
    assert set(transform(unknown, STATE)[:, EXPOSURE].tolist()) == {190.0}
    idle = {**joined, "rentals_7": np.zeros(24, np.float32)}
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
