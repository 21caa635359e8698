from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.cloudwatch.statistics import Sample, compute
from emulator.errors import ServiceError


def sample(*values: float) -> Sample:
    return Sample(len(values), sum(values), min(values), max(values), tuple((value, 1.0) for value in values))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_simple_statistics_are_those_of_the_values(values: list[float]) -> None:
    halves = [sample(*values)] if len(values) < 2 else [sample(*values[::2]), sample(*values[1::2])]
    assert compute(halves, "SampleCount") == len(values)
    assert compute(halves, "Minimum") == min(values)
    assert compute(halves, "Maximum") == max(values)
    assert compute(halves, "Sum") == pytest.approx(sum(values))
    assert compute(halves, "Average") == pytest.approx(np.mean(values))


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.sampled_from([50, 90, 99]))
def test_a_percentile_is_the_smallest_value_that_this_share_does_not_exceed(values: list[float], percent: int) -> None:
    expected = np.percentile(values, percent, method="inverted_cdf")
    assert compute([sample(*values)], f"p{percent}") == pytest.approx(expected)


def test_values_count_as_often_as_they_were_counted() -> None:
    weighted = Sample(100, 0.0, 1.0, 9.0, ((1.0, 98.0), (9.0, 2.0)))
    assert (compute([weighted], "p50"), compute([weighted], "p99")) == (1.0, 9.0)


def test_a_set_of_statistics_has_no_percentile() -> None:
    assert compute([Sample(10, 55.0, 1.0, 10.0)], "p99") is None
    assert compute([Sample(10, 50.0, 5.0, 5.0)], "p99") == 5.0


def test_a_period_without_data_has_no_value() -> None:
    assert compute([], "Average") is None


def test_a_statistic_that_is_not_here_is_refused_by_name() -> None:
    for name in ("Median", "p101", "TM(10%:90)", "PR(10%:90%)", "TM(:)", "tm(5)", "iqm"):
        with pytest.raises(ServiceError, match="is none of CloudWatch's"):
            compute([sample(1.0)], name)


ONE_TO_TEN = sample(*(float(n) for n in range(1, 11)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("p90", 9.0),
        ("tm90", 5.0),
        ("TM(:90%)", 5.0),
        ("TM(10%:90%)", 5.5),
        ("TM(2:4)", 3.5),
        ("IQM", (3 + 4 + 5 + 6 + 7 + 8) / 6),
        ("TM(25%:75%)", 5.5),
        ("wm90", (45 + 9) / 10),
        ("WM(10%:90%)", (2 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 9) / 10),
        ("WM(3:8)", (3 * 3 + 4 + 5 + 6 + 7 + 3 * 8) / 10),
        ("tc90", 9.0),
        ("TC(2:4)", 2.0),
        ("TC(:4)", 4.0),
        ("ts90", 45.0),
        ("TS(80%:)", 19.0),
        ("PR(:3)", 30.0),
        ("PR(3:7)", 40.0),
        ("PR(9.5:)", 10.0),
    ],
)
def test_statistics_of_a_part_of_the_values_are_as_documented(name: str, expected: float) -> None:
    assert compute([ONE_TO_TEN], name) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.sampled_from([1, 25, 50, 90, 99, 100]))
def test_a_trimmed_sum_is_trimmed_mean_times_count_and_ends_at_the_percentile(values: list[float], share: int) -> None:
    given_ = [sample(*values)]
    mean, count, total = (compute(given_, f"{kind}{share}") for kind in ("tm", "tc", "ts"))
    assert mean is not None
    assert count is not None
    assert total == pytest.approx(mean * count)
    kept = sorted(values)[: int(count)]
    assert kept[-1] == compute(given_, f"p{share}")


@pytest.mark.parametrize("name", ["p50", "tm90", "PR(:3)", "IQM"])
def test_a_negative_value_leaves_only_the_simple_statistics(name: str) -> None:
    assert compute([sample(-1.0, 2.0)], name) is None
    assert compute([sample(-1.0, 2.0)], "Sum") == 1.0
