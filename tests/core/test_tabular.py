"""A plain table as a matrix."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cumulet.core.tabular import STRENGTH, Tabular
from cumulet.core.tasks import Binary, MultiClass, Regression

COLUMNS = {
    "price": np.array([1.5, np.nan, 3.0, 4.0]),
    "town": np.array(["Köln", "Ulm", None, "Köln"], object),
    "at": np.array(["2024-02-29T17:45", "NaT", "2024-12-31T00:00", "2024-01-01T23:59"], "datetime64[m]"),
    "late_7": np.array([0.1, 0.2, np.nan, 0.4], np.float32),
}
SHAPE = {"numbers": ("price",), "categories": ("town",), "moments": ("at",), "passed_on": ("late_7",)}


@pytest.mark.parametrize("y", [[1.0, 0.0, 0.0, 1.0], [30.0, 10.0, 20.0, 40.0]], ids=["binary", "numbers"])
def test_a_category_is_its_mean_label_shrunk_to_that_of_all(y: list[float]) -> None:
    table = Tabular(task=Binary() if max(y) == 1 else Regression(), **SHAPE)
    state = table.fit_state(COLUMNS, np.array(y))
    matrix = table.transform(COLUMNS, json.loads(json.dumps(state)))
    assert table.feature_names == ("price", "at_hour", "at_weekday", "at_month", "town mean", "late_7")
    mean = np.mean(y)
    köln = (y[0] + y[3] + STRENGTH * mean) / (2 + STRENGTH)
    expected = np.array([1.5, 17, 3, 2, köln, 0.1], np.float32)
    np.testing.assert_array_equal(matrix[0], expected)
    assert matrix[2, 4] == np.float32(mean)
    assert np.isnan(matrix[1, :4]).all()
    assert matrix.dtype == np.float32


def test_of_several_classes_a_category_has_a_share_each() -> None:
    table = Tabular(task=MultiClass(("a", "b", "c")), categories=("town",))
    matrix = table.transform(COLUMNS, table.fit_state(COLUMNS, np.array([0.0, 1.0, 2.0, 0.0])))
    assert table.feature_names == ("town → a", "town → b", "town → c")
    np.testing.assert_allclose(matrix.sum(axis=1), 1, rtol=1e-6)
    assert matrix[0].argmax() == 0


def test_an_unseen_category_has_the_mean_of_all_and_no_rows_have_no_rows() -> None:
    table = Tabular(task=Binary(), **SHAPE)
    state = table.fit_state(COLUMNS, np.array([1.0, 0.0, 0.0, 1.0]))
    unseen = {**COLUMNS, "town": np.array(["Oz"] * 4, object)}
    assert table.transform(unseen, state)[:, 4].tolist() == [0.5] * 4
    empty = {name: column[:0] for name, column in COLUMNS.items()}
    assert table.transform(empty, state).shape == (0, 6)
