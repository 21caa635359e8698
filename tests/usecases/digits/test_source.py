from __future__ import annotations

import base64
from collections import Counter
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from cumulet.contracts.errors import NotFoundError
from usecases.digits import USE_CASE, source
from usecases.digits.source import Source

CUT_OFF = USE_CASE.cut_off


@pytest.fixture(scope="module")
def pictures() -> pa.Table:
    return source.pictures(source.WHEEL.read(source.FILE)[0])


@pytest.fixture(scope="module")
def scanner() -> Source:
    return Source()


def test_every_picture_comes_once_forty_a_day(pictures):
    assert len(set(pictures["id"].to_pylist())) == len(pictures) == 5_000
    assert set(Counter(pictures["date"].to_pylist()).values()) == {40}
    assert (min(pictures["date"].to_pylist()), max(pictures["date"].to_pylist())) == (Source.first_day, Source.last_day)


def test_the_order_is_not_the_file_s_which_is_sorted_by_digit(pictures):
    assert set(Counter(pictures["status"].to_pylist()).values()) == {500}
    first_week = Counter(pictures["status"].to_pylist()[: 7 * 40])
    assert min(first_week[digit] for digit in "0123456789") >= 15


def test_a_picture_is_the_file_s_row_with_the_digit_of_that_row(pictures):
    """Rows 0 to 499 of the file are zeros: hollow; rows 500 to 999 are ones: all the ink in the middle."""
    rows = {int(name.removeprefix("form-")): n for n, name in enumerate(pictures["id"].to_pylist())}
    for place in (3, 501, 4_999):
        assert pictures["status"][rows[place]].as_py() == str(place // 500)

    def middle(place: int) -> float:
        grey = np.frombuffer(base64.b64decode(pictures["image"][rows[place]].as_py()), np.uint8).reshape(28, 28)
        return float(grey[12:16, 12:16].mean())

    assert np.mean([middle(place) for place in range(100)]) < 60
    assert np.mean([middle(place) for place in range(500, 600)]) > 150


def test_what_was_not_read_at_the_cut_off_is_not_handed_out(scanner):
    day = date(2024, 3, 14)
    last, this = (CUT_OFF.at(d) for d in (day - timedelta(days=1), day))
    rows = [line.split(",") for line in scanner.day(day)["outcomes"].decode().splitlines()[1:]]
    known = [datetime.fromisoformat(row[-1]) for row in rows]
    assert len(rows) == 40
    assert last < min(known) <= max(known) <= this
    assert {(day - date.fromisoformat(row[1])).days for row in rows} == {USE_CASE.label_lag_days}


def test_a_day_is_the_same_bytes_every_time_and_a_day_outside_is_refused(scanner):
    assert scanner.day(date(2024, 2, 2)) == Source().day(date(2024, 2, 2))
    with pytest.raises(NotFoundError, match="2024-01-01 to 2024-05-04"):
        scanner.day(date(2025, 1, 1))
