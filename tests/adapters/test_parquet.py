"""Parquet: what is written comes back with its kinds, and equal columns are equal bytes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from cumulet.adapters import parquet
from cumulet.contracts.errors import SchemaError

COLUMNS = {
    "text": np.array(["a", None, "ü"], dtype=object),
    "number": np.array([1.5, np.nan, -0.0]),
    "small": np.array([1.1, np.nan, 3], dtype=np.float32),
    "day": np.array(["2013-03-10", "NaT", "2013-12-31"], dtype="datetime64[D]"),
    "local": np.array(["2013-03-10T02:30", "NaT", "2013-12-31T23:59"], dtype="datetime64[m]"),
    "moment": np.array(["2013-03-10T07:00:01", "NaT", "2013-12-31T23:59:59"], dtype="datetime64[s]"),
    "count": np.array([1, 2, 3]),
    "flag": np.array([True, False, True]),
}


def test_every_kind_of_column_comes_back_as_it_was() -> None:
    back = parquet.decode(parquet.encode(COLUMNS))
    assert list(back) == list(COLUMNS)
    for name, column in COLUMNS.items():
        assert back[name].dtype == column.dtype, name
        np.testing.assert_array_equal(back[name], column)


def test_equal_columns_are_equal_bytes() -> None:
    again = {name: column.copy() for name, column in COLUMNS.items()}
    assert parquet.encode(COLUMNS, {"cut_off": "x"}) == parquet.encode(again, {"cut_off": "x"})


@given(npst.arrays(np.float32, st.integers(0, 50)))
def test_float32_survives_to_the_last_bit(values: np.ndarray) -> None:
    back = parquet.decode(parquet.encode({"value": values}))["value"]
    assert back.dtype == np.float32
    np.testing.assert_array_equal(back, values)


def test_no_rows_keep_their_kinds() -> None:
    back = parquet.decode(parquet.encode({name: column[:0] for name, column in COLUMNS.items()}))
    assert {name: column.dtype for name, column in back.items()} == {n: c.dtype for n, c in COLUMNS.items()}


def test_a_column_of_nothing_but_missing_texts_stays_text() -> None:
    back = parquet.decode(parquet.encode({"text": np.array([None, None], dtype=object)}))
    assert back["text"].tolist() == [None, None]


def test_columns_can_be_picked_and_changed() -> None:
    back = parquet.decode(parquet.encode(COLUMNS), ["number"])
    back["number"][0] = 7
    assert list(back) == ["number"]


def test_picked_columns_come_in_the_order_asked_for_and_an_absent_one_is_an_error() -> None:
    data = parquet.encode(COLUMNS)
    assert list(parquet.decode(data, ["number", "text"])) == ["number", "text"]
    with pytest.raises(KeyError, match="absent"):
        parquet.decode(data, ["number", "absent"])


def test_metadata_comes_back_without_arrow_s_own() -> None:
    assert parquet.metadata(parquet.encode(COLUMNS, {"cut_off": "now"})) == {"cut_off": "now"}


def test_columns_of_different_length_or_mixed_kind_are_refused() -> None:
    with pytest.raises(SchemaError, match="differ in length"):
        parquet.encode({"a": np.zeros(1), "b": np.zeros(2)})
    with pytest.raises(SchemaError, match="'a'"):
        parquet.encode({"a": np.array(["x", 5], dtype=object)})
