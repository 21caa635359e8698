from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cumulet.contracts.settings import UseCaseSettings
from usecases.flights import USE_CASE

SETTINGS = UseCaseSettings.load(Path(__file__).parents[3] / "usecases" / "flights" / "usecase.toml")


def test_the_example_is_a_valid_request():
    assert USE_CASE.schema.check(USE_CASE.example) == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("distance", -5),
        ("distance", 99_999),
        ("origin", "BOS"),
        ("carrier", "united"),
        ("flight", 0),
        ("sched_dep", "tomorrow"),
        ("seats", 2.5),
        ("weather_temp", 60),
    ],
)
def test_an_impossible_request_is_refused(field, value):
    assert [problem.field for problem in USE_CASE.schema.check({**USE_CASE.example, field: value})] == [field]


def test_new_carriers_and_destinations_may_come():
    assert USE_CASE.schema.check({**USE_CASE.example, "carrier": "Z9", "dest": "NEW"}) == ()


def test_late_is_more_than_fifteen_minutes_and_only_for_arrivals():
    outcomes = {
        "status": np.array(["arrived", "arrived", "cancelled", "diverted", "arrived"], object),
        "arr_delay": np.array([15.0, 16.0, np.nan, 30.0, np.nan]),
    }
    assert np.array_equal(USE_CASE.label.of(outcomes), [0, 1, np.nan, np.nan, np.nan], equal_nan=True)


def test_a_miss_costs_four_false_alarms():
    assert USE_CASE.task.default_threshold == pytest.approx(0.2)


def test_the_settings_agree_with_the_use_case():
    assert (SETTINGS.name, SETTINGS.title) == (USE_CASE.name, USE_CASE.title)
    assert (SETTINGS.cut_off_hour, SETTINGS.time_zone) == (USE_CASE.cut_off.hour, USE_CASE.cut_off.time_zone)
