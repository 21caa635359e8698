"""Shifts that fit any use case: there for each, valid, and they do what their titles say."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

import usecases
from cumulet.contracts.errors import NotFoundError
from cumulet.core.simulator.comparison import by_day, see
from cumulet.core.simulator.declaration import read
from cumulet.core.simulator.derived import derived
from cumulet.core.simulator.source import ShiftedSource
from cumulet.core.tasks import MEAN

ANY = {"broken_week", "concept_drift", "late_labels"}
START = date(2024, 4, 15)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("bikes", {"wrong_unit"}),
        ("digits", {"covariate_drift", "label_drift"}),
        ("flights", {"covariate_drift", "label_drift", "wrong_unit"}),
        ("income", {"covariate_drift", "label_drift", "wrong_unit"}),
    ],
)
def test_a_use_case_has_the_shifts_that_its_columns_and_its_task_allow(name: str, more: set[str]) -> None:
    use_case = usecases.load(name)
    found = {each: read(text, use_case) for each, text in derived(use_case, START).items()}
    assert found.keys() == ANY | more
    assert {shift.start for shift in found.values()} == {START}
    assert all(shift.title for shift in found.values())


@pytest.fixture(scope="module")
def bikes() -> usecases.Source:
    return usecases.source("bikes")


def test_a_number_s_concept_drifts_by_half_and_its_broken_week_breaks_days(bikes: usecases.Source) -> None:
    use_case, start = usecases.load("bikes"), date(2011, 7, 15)
    found = derived(use_case, start)
    days = [start + timedelta(days=n) for n in range(-1, 7)]
    own = by_day(see(bikes, use_case, days), use_case)
    drifted = by_day(
        see(ShiftedSource(bikes, use_case, read(found["concept_drift"], use_case)), use_case, days), use_case
    )
    means = [after[MEAN] / before[MEAN] for before, after in zip(own, drifted, strict=True) if before[MEAN]]
    assert means == pytest.approx([1.0, *[1.5] * (len(means) - 1)], abs=0.01)
    broken = ShiftedSource(bikes, use_case, read(found["broken_week"], use_case))
    with pytest.raises(NotFoundError, match="lets this day be missing"):
        broken.day(start + timedelta(days=2))
    refused = [row["refused"] for row in by_day(see(broken, use_case, days[4:6]), use_case)]
    assert refused[0] == own[4]["records"]
    assert 0 < refused[1] < own[5]["records"]


def test_pictures_are_tilted_by_what_is_watched_of_them() -> None:
    from cumulet.core.simulator.frames import Frame
    from cumulet.core.simulator.keeping import by_tilt
    from cumulet.core.simulator.knobs import Tilt
    from cumulet.core.simulator.timing import When
    from usecases.digits.example import seven

    use_case = usecases.load("digits")
    blank = "A" * len(seven().rstrip("=")) + "=="
    columns = {"id": ["form-1", "form-2"], "scanned": [str(START)] * 2, "image": [seven(), blank]}
    frame = Frame({name: np.array(values, object) for name, values in columns.items()})
    kept = by_tilt(Tilt(column="ink", strength=1.0, when=When(start=START)), frame, use_case, 1.0)
    assert kept[0] > 2 * kept[1]
