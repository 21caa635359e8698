from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cumulet.contracts.settings import UseCaseSettings
from usecases.income import USE_CASE

SETTINGS = UseCaseSettings.load(Path(__file__).parents[3] / "usecases" / "income" / "usecase.toml")


def test_the_example_is_a_valid_request():
    assert USE_CASE.schema.check(USE_CASE.example) == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("age", -1),
        ("age", 17.5),
        ("sex", "m"),
        ("race", None),
        ("disability", 1),
        ("schooling", 25),
        ("asked", "2016"),
        ("predicted_probability", 0.5),
    ],
)
def test_an_impossible_request_is_refused(field, value):
    assert [problem.field for problem in USE_CASE.schema.check({**USE_CASE.example, field: value})] == [field]


def test_a_request_need_not_say_when_somebody_was_asked():
    assert "asked" not in USE_CASE.example
    assert USE_CASE.schema.check({**USE_CASE.example, "asked": "2016-01-01"}) == ()


def test_the_label_is_whether_somebody_works():
    status = np.array(["employed", "not employed"], object)
    assert USE_CASE.label.of({"status": status}).tolist() == [1, 0]


def test_both_mistakes_cost_the_same():
    assert USE_CASE.task.default_threshold == 0.5


def test_what_describes_a_person_s_group_is_declared_sensitive_and_kept_with_the_label():
    assert USE_CASE.sensitive == USE_CASE.label.keep == ("sex", "race", "disability")


def test_a_model_of_people_is_released_by_a_person():
    assert SETTINGS.approval == "manual"


def test_the_settings_agree_with_the_use_case():
    assert (SETTINGS.name, SETTINGS.title) == (USE_CASE.name, USE_CASE.title)
    assert (SETTINGS.cut_off_hour, SETTINGS.time_zone) == (USE_CASE.cut_off.hour, USE_CASE.cut_off.time_zone)
