"""Small groups are hidden, and what is hidden cannot be worked out from what is shown."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cumulet.core.disclosure import published, suppress

TABLES = st.dictionaries(st.sampled_from("ABCDEF"), st.integers(0, 14), min_size=1, max_size=5)


@given(TABLES, st.integers(2, 6), st.integers(0, 8))
def test_no_suppressed_count_can_be_derived_from_the_others(counts: dict[str, int], k: int, unnamed: int) -> None:
    shown = suppress(counts, k, unnamed)
    if not shown.hidden or shown.total is None:
        return
    left = shown.total - sum(n for n in shown.counts.values() if n is not None)
    cells = len(shown.hidden) + (unnamed > 0)
    possible = [each for each in product(range(1, left + 1), repeat=cells - 1) if left - sum(each) >= 1]
    for cell in range(cells - 1):
        assert len({each[cell] for each in possible}) > 1
    assert len({left - sum(each) for each in possible}) > 1
    assert left >= k


@given(TABLES, st.integers(2, 6), st.integers(0, 8))
def test_no_small_group_is_shown_and_what_is_shown_is_true(counts: dict[str, int], k: int, unnamed: int) -> None:
    shown = suppress(counts, k, unnamed)
    assert all(n is None or n == counts[name] for name, n in shown.counts.items())
    assert all(n is None or n == 0 or n >= k for n in shown.counts.values())
    assert shown.total in (None, sum(counts.values()) + unnamed)


@given(st.dictionaries(st.text(max_size=3), st.integers(10, 10_000), min_size=1))
def test_a_table_without_small_groups_is_shown_as_it_is(counts: dict[str, int]) -> None:
    assert suppress(counts, 10).counts == counts


def test_one_small_group_takes_the_next_smallest_with_it() -> None:
    shown = suppress({"a": 100, "b": 2, "c": 30, "d": 40}, k=5)
    assert shown.hidden == ("b", "c")
    assert shown.total == 172


def test_two_groups_of_one_row_would_be_told_by_their_sum() -> None:
    assert suppress({"a": 1, "b": 1, "c": 50}, k=2).hidden == ("a", "b", "c")


def test_where_all_is_hidden_and_still_small_the_total_goes_too() -> None:
    assert suppress({"a": 3}, k=5).total is None


def test_groups_that_a_table_leaves_out_are_known_by_their_sum() -> None:
    assert suppress({"a": 100, "b": 200}, k=5, unnamed=3).hidden == ("a",)
    assert suppress({"a": 100, "b": 200}, k=5, unnamed=7).hidden == ()


def test_a_hidden_group_shows_none_of_its_figures() -> None:
    slices = {"f": {"rows": 3, "rate": 0.5}, "m": {"rows": 90, "rate": 0.2}, "x": {"rows": 20, "rate": 0.1}}
    shown = published(slices, total=113, k=10)
    assert shown["f"] == shown["x"] == {"rows": None, "rate": None, "suppressed": True}
    assert shown["m"] == {"rows": 90, "rate": 0.2}


def test_more_rows_in_groups_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="no negative count"):
        published({"a": {"rows": 5}}, total=4)
