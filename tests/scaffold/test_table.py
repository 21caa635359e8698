"""Reading somebody's table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cumulet.contracts.errors import ContractError, SchemaError
from cumulet.scaffold.profile import profile
from cumulet.scaffold.table import read, safe_names


def table(tmp_path: Path, text: str, encoding: str = "utf-8") -> pa.Table:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    return read(path)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_usual_separator_is_read(tmp_path: Path, separator: str) -> None:
    found = table(tmp_path, f"a{separator}größe\n1{separator}2.5\n3{separator}\n", "utf-8-sig")
    assert found.to_pydict() == {"a": [1, 3], "größe": [2.5, None]}


def test_blanks_of_many_kinds_are_missing(tmp_path: Path) -> None:
    found = table(tmp_path, "a,b\nNA,x\n?,null\n7,\n")
    assert found.to_pydict() == {"a": [None, None, 7], "b": ["x", None, None]}


def test_dates_are_dates_however_they_are_written(tmp_path: Path) -> None:
    found = table(tmp_path, "de,us,iso\n31.12.2024,12/31/2024,2024-12-31\n1.2.2024,02/01/2024,2024-02-01\n")
    assert {tuple(column) for column in found.to_pydict().values()} == {(date(2024, 12, 31), date(2024, 2, 1))}


def test_dates_that_may_be_day_or_month_first_are_left_to_their_owner(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="write dates as YYYY-MM-DD"):
        table(tmp_path, "at\n01/02/2024\n03/04/2024\n")


def test_a_moment_at_midnight_throughout_is_a_date(tmp_path: Path) -> None:
    found = table(
        tmp_path, "day,at\n2024-01-01 00:00:00,2024-01-01 10:00:00\n2024-01-02 00:00:00,2024-01-02 00:00:00\n"
    )
    assert profile(found)["day"].kind == "date"
    assert profile(found)["at"].kind == "datetime"


def test_whole_numbers_with_gaps_stay_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    columns = {
        "n": pa.array([1.0, None, 3.0]),
        "x": pa.array([1.5, float("nan"), 2.0]),
        "b": pa.array([True, False, None]),
    }
    pq.write_table(pa.table(columns), path)
    assert read(path).to_pydict() == {"n": [1, None, 3], "x": [1.5, None, 2.0], "b": ["yes", "no", None]}


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"", "save it as CSV"),
        (b"a,b\n", "it has no rows"),
        (b"a,a\n1,2\n", "name each column once"),
        (b"a,b\n1\n", "save it as CSV"),
        ("größe\n1\n".encode("latin-1"), "UTF-8"),
        (b"PAR1 and then nothing", "save it as CSV"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(tmp_path: Path, content: bytes, remedy: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(SchemaError, match=remedy):
        read(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="no such file"):
        read(tmp_path / "nowhere.csv")


def test_names_are_made_safe_and_stay_distinct() -> None:
    names = ["Größe (cm)", "2nd", "date", "größe cm", "店", "GRÖSSE-CM"]
    assert list(safe_names(names).values()) == [
        "groesse_cm",
        "c_2nd",
        "date_",
        "groesse_cm_2",
        "column",
        "groesse_cm_3",
    ]
