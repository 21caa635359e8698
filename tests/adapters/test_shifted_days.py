"""Days of two worlds in one lake: told apart, refused with what to do, and never in the way of what does not differ."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cumulet.adapters.shifted_days import ShiftedDays, keep, kept, require
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import ContractError

STORM = ShiftedDays("storm", "A storm", "aa", "2013-05-01")
METRIC = ShiftedDays("metric.toml", "", "bb", "2013-04-15")


class FakeLake:
    """A bucket as a dictionary."""

    def __init__(self, *days: str) -> None:
        self.objects = {f"raw/flights/dt={day}/records.csv": b"" for day in days}

    def find(self, key: str) -> bytes | None:
        return self.objects.get(key)

    def put(self, key: str, data: bytes, content_type: str = "") -> None:
        self.objects[key] = data

    def delete(self, key: str) -> None:
        self.objects.pop(key, None)

    def list(self, prefix: str) -> list[str]:
        return sorted(key for key in self.objects if key.startswith(prefix))


def lake(*days: str, shift: ShiftedDays | None = None) -> FakeLake:
    made = FakeLake(*days)
    keep(made, "flights", shift)  # type: ignore[arg-type]
    return made


def test_what_is_kept_is_read_again_and_forgotten_with_days_as_they_are():
    made = lake("2013-04-01", shift=STORM)
    assert kept(made, "flights") == STORM
    assert keys.shift("flights") in made.objects
    keep(made, "flights", None)
    assert kept(made, "flights") is None


@pytest.mark.parametrize(
    ("before", "days", "asked"),
    [
        (None, ("2013-04-01", "2013-06-30"), None),
        (STORM, ("2013-04-01", "2013-06-30"), STORM),
        (STORM, ("2013-04-01", "2013-06-30"), replace(STORM, name="elsewhere/storm.toml", title="Renamed")),
        (None, ("2013-04-01", "2013-04-30"), STORM),
        (STORM, ("2013-04-01", "2013-04-30"), None),
        (STORM, ("2013-04-01", "2013-04-14"), METRIC),
        (None, (), STORM),
    ],
)
def test_days_that_cannot_differ_are_in_nobodys_way(before, days, asked):
    require(lake(*days, shift=before), "flights", asked)


@pytest.mark.parametrize(
    ("before", "days", "asked", "says"),
    [
        (STORM, ("2013-04-30", "2013-05-01"), None,
         "from 2013-05-01 on, that came with the shift storm; now they should come as they are.*give --shift storm"),
        (None, ("2013-05-03",), STORM,
         "that came as they are; now they should come with the shift storm.*leave --shift out.*CUMULET_STATE="),
        (STORM, ("2013-05-03",), METRIC, "came with the shift storm; now they should come with the shift metric.toml"),
        (METRIC, ("2013-04-20",), STORM, "from 2013-04-20 on, that came with the shift metric.toml"),
        (STORM, ("2013-05-03",), replace(STORM, digest="cc"), "came with the shift storm; now .* the shift storm"),
    ],
)  # fmt: skip
def test_days_that_came_otherwise_are_refused_with_what_to_do(before, days, asked, says):
    with pytest.raises(ContractError, match=says):
        require(lake(*days, shift=before), "flights", asked)
