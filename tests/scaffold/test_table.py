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


def column(tmp_path: Path, values: list[str], separator: str = ",", header: str = "x") -> list[object]:
    quoted = [f'"{value}"' for value in values]
    text = "\n".join([f"{header}{separator}y", *(f"{value}{separator}1" for value in quoted)])
    return list(table(tmp_path, text)[header].to_pylist())


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["€1,234.50", "€7.00"], [1234.5, 7.0]),
        (["12%", "7 %", ""], [12, 7, None]),
        (["1.234,56", "−7,5"], [1234.56, -7.5]),
        (["1 234,5 EUR", "0,25 EUR"], [1234.5, 0.25]),
        (["1,234", "56,789"], [1234, 56789]),
    ],
)
def test_prices_and_percentages_are_numbers(tmp_path: Path, texts: list[str], numbers: list[float]) -> None:
    assert column(tmp_path, texts) == numbers


@pytest.mark.parametrize("texts", [["1.2.3", "2.0.1"], ["1,5", "2.5x"], ["1.5,2.5", "1,5.2"], ["12-5", "3-4"]])
def test_what_only_looks_like_a_number_stays_text(tmp_path: Path, texts: list[str]) -> None:
    assert column(tmp_path, texts) == texts


def test_a_comma_between_semicolons_is_that_of_decimals(tmp_path: Path) -> None:
    assert column(tmp_path, ["1,234", "2,500"], ";") == [1.234, 2.5]


def test_seconds_since_1970_are_moments_where_the_name_says_so_or_somebody_does(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "created_at,ms_time,phone\n1704067200,1704067200000,1704067200\n1704070800,1704070800000,1704070800\n"
    )
    kinds = {name: each.kind for name, each in profile(read(path)).items()}
    assert kinds == {"created_at": "timestamp", "ms_time": "timestamp", "phone": "integer"}
    assert profile(read(path, time="phone"))["phone"].kind == "timestamp"


def test_a_date_with_its_time_is_read_in_other_forms_too(tmp_path: Path) -> None:
    assert [str(each) for each in column(tmp_path, ["31.12.2024 10:30", "01.02.2024 00:00"])] == [
        "2024-12-31 10:30:00",
        "2024-02-01 00:00:00",
    ]


def test_other_encodings_are_read_by_their_mark_or_when_they_are_named(tmp_path: Path) -> None:
    assert table(tmp_path, "größe,y\n1,2\n", "utf-16").column_names == ["größe", "y"]
    path = tmp_path / "w.csv"
    path.write_bytes("x,größe\n1,2\n".encode("cp1252"))
    with pytest.raises(SchemaError, match="line 1: the text is not UTF-8: say --encoding cp1252"):
        read(path)
    assert read(path, encoding="cp1252").column_names == ["x", "größe"]
    with pytest.raises(ContractError, match="there is none of this name"):
        read(path, encoding="klingon")


def test_the_line_with_which_excel_names_its_separator_is_no_header(tmp_path: Path) -> None:
    assert table(tmp_path, "sep=;\na;b\n1;2\n").to_pydict() == {"a": [1], "b": [2]}


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"PK\x03\x04 and more", "an Excel workbook"),
        (b"\x1f\x8b and more", "unpack it"),
        (b' {"a": 1}', "is JSON"),
        (b"<!doctype html>", "a web page"),
        (b"0.5,0.25,1\n0.75,0.5,0\n", "not names: add a header line"),
    ],
)
def test_a_file_that_is_no_table_is_called_what_it_is(tmp_path: Path, content: bytes, remedy: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(SchemaError, match=remedy):
        read(path)
    with pytest.raises(ContractError, match="is a folder"):
        read(tmp_path)


def test_lists_and_bytes_are_left_to_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"tags": [["a"], []], "blob": [b"x", b"y"], "n": [1, 2]}), path)
    assert {name: each.holds for name, each in profile(read(path)).items()} == {
        "tags": "list<element: string>",
        "blob": "binary",
        "n": "",
    }
