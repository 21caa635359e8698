"""`cumulet new`: tables that the project has never seen go through the whole loop, on a copy of the project."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cumulet.cli.target import ROOT
from tests.scaffold.tables import customers, flowers, sales, write_csv

SHIPPED = ("batch", "cumulet", "emulator", "infra", "lambdas", "training", "usecases")
FILES = ("app.py", "cdk.json", "pyproject.toml", "requirements.txt")
NIGHTS = 10


class Copy:
    """A copy of the project whose command line keeps its state in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ignored = shutil.ignore_patterns("__pycache__")
        for name in SHIPPED:
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        for name in FILES:
            shutil.copyfile(ROOT / name, folder / name)
        (ROOT / ".build").mkdir(exist_ok=True)
        (folder / ".build").symlink_to(ROOT / ".build")  # wheels need not be brought again

    def cumulet(self, *arguments: str) -> str:
        """Run a command; its standard output. What it says otherwise is shown when it fails."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CUMULET_"))}
        environment = {**kept, "PYTHONPATH": str(self.folder), "CUMULET_STATE": str(self.folder / ".cumulet")}
        done = subprocess.run(
            [sys.executable, "-m", "cumulet", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-4_000:]
        return done.stdout

    def demo(self, name: str) -> dict[str, Any]:
        """What the demo of a use case reported."""
        return dict(json.loads(self.cumulet("demo", name, "--nights", str(NIGHTS), "--json")))


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
    report = project.demo("cancelling")
    assert 0 < report["prediction"]["prediction"] < 1
    (month, *_) = report["months"]
    assert month["RocAuc"] > 0.7
    lake = (project.folder / "usecases" / "cancelling" / "data.parquet").read_bytes()
    assert b"example.org" not in lake


def test_how_many_are_sold(project: Copy) -> None:
    """A number; time stamps, shops in Chinese, prices that are missing."""
    table = write_csv(project.folder / "sales.csv", sales())
    project.cumulet("new", "selling", "--from", str(table), "--label", "sold", "--yes")
    report = project.demo("selling")
    assert report["prediction"]["unit"] == "sold"
    assert report["months"][-1]["Wape"] < 0.2
    candidate = next(row for row in report["baselines"] if row["role"] == "candidate")
    assert all(candidate["skill"] > row["skill"] for row in report["baselines"] if row["role"] == "baseline")


def test_which_of_four_flowers(project: Copy) -> None:
    """Several classes; no calendar, no id, measures alone."""
    table = write_csv(project.folder / "flowers.csv", flowers(), "\t")
    project.cumulet("new", "flowering", "--from", str(table), "--yes")
    report = project.demo("flowering")
    assert report["prediction"]["prediction"] in report["prediction"]["probabilities"]
    assert sum(report["prediction"]["probabilities"].values()) == pytest.approx(1, abs=1e-6)
    assert report["months"][-1]["Accuracy"] > 0.65
    assert len(report["nights"]) == NIGHTS
    rows = json.loads(project.cumulet("drift", "flowering", "--json"))
    assert {row["feature"] for row in rows} >= {"laenge", "soil"}
