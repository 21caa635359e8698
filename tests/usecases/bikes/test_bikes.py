from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cumulet.contracts.settings import UseCaseSettings
from usecases.bikes import USE_CASE

SETTINGS = UseCaseSettings.load(Path(__file__).parents[3] / "usecases" / "bikes" / "usecase.toml")


def test_the_example_is_a_valid_request():
    assert USE_CASE.schema.check(USE_CASE.example) == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [("at", "2011-07-01"), ("free_day", "perhaps"), ("free_day", None), ("id", "tomorrow"), ("weather_wind", 60)],
)
def test_an_impossible_request_is_refused(field, value):
    assert [problem.field for problem in USE_CASE.schema.check({**USE_CASE.example, field: value})] == [field]


def test_the_label_is_the_count_and_only_where_somebody_counted():
    outcomes = {
        "status": np.array(["counted", "no count", "counted"], object),
        "rentals": np.array([16.0, np.nan, 0.0]),
    }
    assert np.array_equal(USE_CASE.label.of(outcomes), [16, np.nan, 0], equal_nan=True)


def test_the_calendar_follows_from_the_hour_and_the_holiday():
    columns = USE_CASE.schema.columns(
        [
            {"at": "2011-07-01T17:00", "free_day": "no"},
            {"at": "2011-07-02T00:00", "free_day": "no"},
            {"at": "2011-07-04T23:00", "free_day": "yes"},
        ]
    )
    found = {name: USE_CASE.column(columns, name).tolist() for name in ("hour", "weekday", "workday")}
    assert found == {"hour": [17, 0, 23], "weekday": [4, 5, 0], "workday": [1, 0, 0]}


def test_the_settings_agree_with_the_use_case():
    assert (SETTINGS.name, SETTINGS.title) == (USE_CASE.name, USE_CASE.title)
    assert (SETTINGS.cut_off_hour, SETTINGS.time_zone) == (USE_CASE.cut_off.hour, USE_CASE.cut_off.time_zone)
