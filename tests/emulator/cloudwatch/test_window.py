from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.cloudwatch.window import Window


@pytest.mark.parametrize(
    ("period", "periods", "tick"),
    [(10, 5, 10), (30, 1, 10), (60, 1, 60), (86_400, 1, 60), (86_400, 2, 3600), (3600, 25, 3600), (300, 288, 60)],
)
def test_it_is_evaluated_each_minute_or_ten_seconds_or_hour(period: int, periods: int, tick: int) -> None:
    assert Window(period, periods).tick == tick


def test_it_ends_where_the_evaluations_minute_begins() -> None:
    window = Window(300, 1)
    assert (window.end(1000), window.next_evaluation(1000)) == (960, 1020)
    assert list(window.starts(960)) == [60, 360, 660]


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from([10, 30, 60, 120, 300, 3600, 5400, 86_400]),
    st.integers(1, 20),
    st.lists(st.integers(0, 500_000), max_size=4),
    st.integers(0, 600_000),
)
def test_between_changes_every_sample_stays_in_its_period(
    period: int, periods: int, ats: list[int], moment: int
) -> None:
    window = Window(period, periods)

    def places(end: int) -> list[int | None]:
        return [(end - 1 - at) // period if window.begin(end) <= at < end else None for at in ats]

    after = window.end(moment)
    found = window.next_change(ats, after)
    last = found if found is not None else after + period * (periods + 3) + 600_000
    steps = range(after + window.tick, last, window.tick)
    assert all(places(end) == places(after) for end in [*steps[:300], *steps[-300:]])
    if found is not None:
        assert places(found) != places(found - window.tick)
