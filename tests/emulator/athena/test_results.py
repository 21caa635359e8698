from __future__ import annotations

import pytest

from emulator.athena import results

ROWS = [["a", None, ""], ['say "hi"', "1,2", "line\nbreak"], ["€", "\r", '""']]


def test_a_csv_tells_nothing_from_an_empty_text() -> None:
    assert results.to_csv(["x", "y"], [[None, ""]]) == b'"x","y"\n,""\n'


def test_what_is_written_is_read_again() -> None:
    assert results.rows_of(results.to_csv(["a", "b", "c"], ROWS), csv=True) == [["a", "b", "c"], *ROWS]


def test_rows_of_a_utility_statement_are_lines_of_cells() -> None:
    assert results.rows_of(results.to_text([("id", "string", "")]), csv=False) == [["id", "string", ""]]


def test_a_result_beyond_the_limit_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "LIMIT", 10)
    with pytest.raises(results.TooLarge):
        results.to_csv(["x"], [["123456789"]])
