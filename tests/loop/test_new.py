"""`cumulet new`: tables that the project has never seen go through the whole loop, on a copy of the project."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.loop.project import Copy
from tests.scaffold.tables import customers, flowers, sales, write_csv

NIGHTS = 10


def demo(project: Copy, name: str) -> dict[str, Any]:
    """What the demo of a use case reported."""
    return dict(json.loads(project.cumulet("demo", name, "--nights", str(NIGHTS), "--json")))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    made = Copy(tmp_path_factory.mktemp("project"))
    yield made
    made.cumulet("down")


def test_who_cancels(project: Copy) -> None:
    """Yes or no; German dates, 300 towns, blanks, a column of e-mail addresses that is left out."""
    table = write_csv(project.folder / "customers.csv", customers(), ";")
    project.cumulet("new", "cancelling", "--from", str(table), "--label", "kündigt", "--yes")
    assert all(not problems for problems in json.loads(project.cumulet("check", "cancelling", "--json")).values())
    report = demo(project, "cancelling")
    assert 0 < report["prediction"]["prediction"] < 1
    (month, *_) = report["months"]
    assert month["RocAuc"] > 0.7
    lake = (project.folder / "usecases" / "cancelling" / "data.parquet").read_bytes()
    assert b"example.org" not in lake


def test_how_many_are_sold(project: Copy) -> None:
    """A number; time stamps, shops in Chinese, prices that are missing."""
    table = write_csv(project.folder / "sales.csv", sales())
    project.cumulet("new", "selling", "--from", str(table), "--label", "sold", "--yes")
    report = demo(project, "selling")
    assert report["prediction"]["unit"] == "sold"
    assert report["months"][-1]["Wape"] < 0.2
    candidate = next(row for row in report["baselines"] if row["role"] == "candidate")
    assert all(candidate["skill"] > row["skill"] for row in report["baselines"] if row["role"] == "baseline")


def test_which_of_four_flowers(project: Copy) -> None:
    """Several classes; no calendar, no id, measures alone."""
    table = write_csv(project.folder / "flowers.csv", flowers(), "\t")
    project.cumulet("new", "flowering", "--from", str(table), "--yes")
    report = demo(project, "flowering")
    assert report["prediction"]["prediction"] in report["prediction"]["probabilities"]
    assert sum(report["prediction"]["probabilities"].values()) == pytest.approx(1, abs=1e-6)
    assert report["months"][-1]["Accuracy"] > 0.65
    assert len(report["nights"]) == NIGHTS
    rows = json.loads(project.cumulet("drift", "flowering", "--json"))
    assert {row["feature"] for row in rows} >= {"laenge", "soil"}
