"""Real days pass what is expected of them, quiet ones too; the same days broken do not, and each says why."""

from __future__ import annotations

from datetime import date

import pytest

from benchmarks.expectations import BREAKS, judged, year
from cumulet.core.day_statistics import TableStatistics
from cumulet.core.expectations import Finding
from usecases import load, source

FEBRUARY = list(year(date(2013, 1, 8), date(2013, 2, 12)))
"""With the 9th, when a blizzard closed the airports, and the quietest Saturdays of the winter."""
WANTED = {
    "half": "volume",
    "null_column": "missing",
    "kilometres": "level",
    "yesterday": "repeated",
    "new_codes": "categories",
    "old_outcomes": "fresh",
}


def test_no_real_day_is_stopped() -> None:
    assert [(day, each.message) for day, found, _ in FEBRUARY for each in found if each.stops] == []
    assert len(FEBRUARY) == 36


@pytest.mark.parametrize("name", [each.__name__ for each in BREAKS])
def test_a_broken_day_is_stopped_by_the_expectation_that_is_meant_for_it(name: str) -> None:
    broken = {day: variants[name] for day, _, variants in FEBRUARY if variants}
    assert len(broken) == 8
    for day, found in broken.items():
        assert WANTED[name] in {each.expectation for each in found if each.stops}, (day, found)


def test_what_is_found_says_what_was_expected_and_what_to_do() -> None:
    found: list[Finding] = FEBRUARY[-1][2]["half"]
    assert found[0].message == (
        "records: 447 valid rows; Tuesdays have 892, and 535 to 1338 pass: "
        "hand over what is missing, or accept the day if it was like that"
    )
    assert found[0].history[0] == ("2013-01-15", 894.0)


def test_a_young_lake_judges_nothing_by_a_history_that_it_has_not() -> None:
    day = date(2013, 1, 2)
    found, _ = judged(load("flights"), day, BREAKS[0](source("flights").day(day), {}), {})
    assert found == []


def test_statistics_survive_json_and_merge_into_those_of_all_rows() -> None:
    flights, airline = load("flights"), source("flights")
    one, two = (judged(flights, date(2013, 1, n), airline.day(date(2013, 1, n)), {})[1]["records"] for n in (2, 3))
    assert TableStatistics.from_json(one.to_json()).columns["carrier"] == one.columns["carrier"]
    both = one.columns["distance"].merge(two.columns["distance"])
    assert both.present == one.valid + two.valid
    assert both.mean == pytest.approx(
        (one.columns["distance"].mean * one.valid + two.columns["distance"].mean * two.valid) / both.present  # type: ignore[operator]
    )
    assert one.columns["carrier"].merge(two.columns["carrier"]).counts["UA"] == (  # type: ignore[index]
        one.columns["carrier"].counts["UA"] + two.columns["carrier"].counts["UA"]  # type: ignore[index]
    )
