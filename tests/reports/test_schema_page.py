"""One schema, several readers: the page in docs and the Glue tables are what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from cumulet.reports.schema_page import markdown, tables
from usecases import load, names

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", names())
def test_the_page_in_docs_is_the_schema(name: str) -> None:
    page = ROOT / "docs" / "data" / f"{name}.md"
    assert page.is_file(), "run `make docs`"
    assert page.read_text() == markdown(load(name)), "run `make docs`"


def test_no_page_is_of_a_use_case_that_is_gone_and_each_is_linked() -> None:
    pages = sorted(path.stem for path in (ROOT / "docs" / "data").glob("*.md"))
    assert set(pages) <= set(names())
    readmes = {name: (ROOT / "usecases" / name / "README.md").read_text() for name in pages}
    assert [name for name in pages if f"(../../docs/data/{name}.md)" not in readmes[name]] == []


def test_every_field_is_told_with_kind_and_range() -> None:
    fields = {each["name"]: each for each in tables(load("flights"))["records"]["fields"]}
    assert fields["distance"] == {
        "name": "distance",
        "kind": "number",
        "description": "between the airports",
        "valid": "10 to 6000 miles",
        "nullable": False,
    }
