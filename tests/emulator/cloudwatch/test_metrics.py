from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from emulator.cloudwatch.metrics import Metric, read_data
from emulator.cloudwatch.store import Store
from emulator.errors import ServiceError

NOW = datetime(2013, 6, 1, 7, tzinfo=UTC)


def read(**datum: Any) -> Any:
    return read_data("Cumulet", [{"MetricName": "m", **datum}], NOW)[0]


@pytest.mark.parametrize("age", [timedelta(days=14, seconds=1), timedelta(hours=-2, seconds=-1)])
def test_a_datum_two_weeks_old_or_two_hours_ahead_is_refused_by_the_emulators_clock(age: timedelta) -> None:
    with pytest.raises(ServiceError, match="two weeks") as error:
        read(Value=1.0, Timestamp=NOW - age)
    assert error.value.code == "InvalidParameterValue"


@pytest.mark.parametrize("age", [timedelta(days=13, hours=23), timedelta(hours=-1, minutes=-59)])
def test_a_datum_within_the_limits_is_kept_at_its_own_time(age: timedelta) -> None:
    assert read(Value=1.0, Timestamp=NOW - age).at == int((NOW - age).timestamp())


def test_a_datum_counts_for_its_minute_unless_it_is_of_high_resolution() -> None:
    at = NOW + timedelta(seconds=17)
    assert read(Value=1.0, Timestamp=at).at == NOW.timestamp()
    assert read(Value=1.0, Timestamp=at, StorageResolution=1).at == at.timestamp()


@pytest.mark.parametrize("changed", [{"Unit": "Parsecs"}, {"StorageResolution": 30}])
def test_a_unit_or_a_resolution_that_cloudwatch_does_not_have_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ServiceError, match="expected"):
        read(Value=1.0, **changed)


def test_values_with_counts_and_sets_of_statistics_are_understood() -> None:
    assert read(Values=[1.0, 3.0], Counts=[2.0, 1.0]).sample.sum == 5.0
    given = {"SampleCount": 4.0, "Sum": 8.0, "Minimum": 1.0, "Maximum": 3.0}
    assert read(StatisticValues=given).sample.count == 4.0


@pytest.mark.parametrize("datum", [{}, {"Value": 1.0, "Values": [1.0]}, {"Value": float("nan")}])
def test_a_datum_without_exactly_one_finite_value_is_refused(datum: dict[str, Any]) -> None:
    with pytest.raises(ServiceError):
        read(**datum)


def test_one_refused_datum_refuses_the_whole_call() -> None:
    with pytest.raises(ServiceError, match=r"member\.2"):
        read_data("Cumulet", [{"MetricName": "m", "Value": 1.0}, {"MetricName": "m"}], NOW)


def test_a_metric_is_its_exact_dimensions(tmp_path: Path) -> None:
    store = Store(tmp_path / "cloudwatch.sqlite")
    with_dimension = read(Value=1.0, Dimensions=[{"Name": "UseCase", "Value": "flights"}])
    store.add([with_dimension])
    assert store.samples(Metric("Cumulet", "m", ()), 0, 2**40) == []
    assert len(store.samples(with_dimension.metric, 0, 2**40)) == 1
    store.close()
