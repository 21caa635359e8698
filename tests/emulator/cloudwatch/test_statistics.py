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


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50), st.sampled_from([50, 90, 99]))
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
    with pytest.raises(ServiceError, match="tm99"):
        compute([sample(1.0)], "tm99")
