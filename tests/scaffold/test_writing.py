"""A written use case: sources that a reader would have written, data in the order of its days."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cumulet.contracts.errors import ContractError, NotFoundError
from cumulet.contracts.settings import UseCaseSettings
from cumulet.core.cutoff import CutOff
from cumulet.core.schema import Field, Schema
from cumulet.scaffold.plan import DEALT_DAYS, FIRST_DAY, Plan
from cumulet.scaffold.profile import profile
from cumulet.scaffold.proposal import propose
from cumulet.scaffold.roles import Choices
from cumulet.scaffold.vocabulary import first_night
from cumulet.scaffold.writing import write
from cumulet.sources.prepared import Prepared
from tests.scaffold.tables import Rows, customers, flowers, sales, written

TABLES: dict[str, tuple[Rows, str]] = {
    "cancelling": (customers(800), "kündigt"),
    "selling": (sales(800), "sold"),
    "flowering": (flowers(800), "class"),
}


def plan(folder: Path, name: str) -> Plan:
    rows, label = TABLES[name]
    table = written(folder / f"{name}.csv", rows)
    return Plan(name, f'"{name}", \\ and more', f"{name}.csv", propose(profile(table), Choices(label=label)), table)


@pytest.mark.parametrize("name", TABLES)
def test_the_sources_are_clean_and_the_settings_can_be_read(tmp_path: Path, name: str) -> None:
    target = write(plan(tmp_path, name), tmp_path)
    rules = ["--isolated", "--select", "E,F,W,N,UP", "--line-length", "140"]
    checked = subprocess.run([sys.executable, "-m", "ruff", "check", *rules, str(target)], capture_output=True)
    assert checked.returncode == 0, checked.stdout.decode()
    layout = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "120", "--check", str(target)]
    assert subprocess.run(layout, capture_output=True).returncode == 0
    settings = UseCaseSettings.load(target / "usecase.toml")
    assert (settings.name, settings.title) == (name, f'"{name}", \\ and more')
    assert settings.demo is not None
    assert "**?**" in (target / "README.md").read_text()


def test_rows_are_in_the_order_of_their_days_each_with_an_id(tmp_path: Path) -> None:
    data = pq.read_table(write(plan(tmp_path, "selling"), tmp_path) / "data.parquet")
    days = data["day"].to_pylist()
    assert days == sorted(days)
    assert len(set(data["id"].to_pylist())) == 800
    assert set(data.column_names) == {"at", "shop", "price", "promotion", "sold", "id", "day"}


def test_rows_without_a_calendar_are_dealt_out_evenly_and_always_alike(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    made = [write(plan(tmp_path, "flowering"), folder) for folder in (tmp_path, tmp_path / "again")]
    first, second = (pq.read_table(target / "data.parquet") for target in made)
    assert first.equals(second)
    counts = first["day"].value_counts().to_pylist()
    assert len(counts) == DEALT_DAYS
    assert {row["counts"] for row in counts} <= {800 // DEALT_DAYS, 800 // DEALT_DAYS + 1}
    classes = first.slice(0, 60)["class"].value_counts()
    assert len(classes) == 4


def test_an_outcome_comes_so_many_days_after_its_row(tmp_path: Path) -> None:
    write(plan(tmp_path, "flowering"), tmp_path)
    field = Field("class", "string", "kind")
    records = Schema("r", (Field("id", "string", "names the row"),), ("id",))
    outcomes = Schema(
        "o", (*records.fields, Field("date", "date", "day"), field, Field("known_at", "timestamp", "t")), ()
    )
    path = tmp_path / "flowering" / "data.parquet"
    source = Prepared(path, records, outcomes, cut_off=CutOff(3, "UTC"), known_after=2)
    assert source.first_day == FIRST_DAY
    rows = source.day(FIRST_DAY)["records"].decode().split()
    later = source.day(FIRST_DAY + timedelta(days=2))["outcomes"].decode().splitlines()
    assert [line.split(",")[0] for line in later] == rows
    assert later[1].endswith(",2025-01-03T03:00:00Z")
    assert source.day(FIRST_DAY)["outcomes"].decode().count("\n") == 1
    with pytest.raises(NotFoundError, match="has rows from 2025-01-01 to 2025-04-30"):
        source.day(FIRST_DAY - timedelta(days=1))


def test_nothing_is_overwritten_and_a_name_is_a_name(tmp_path: Path) -> None:
    wanted = plan(tmp_path, "selling")
    write(wanted, tmp_path)
    with pytest.raises(ContractError, match="exists already"):
        write(wanted, tmp_path)
    for name in ("Two Words", "class", "under_score", "2nd"):
        with pytest.raises(ContractError, match="small letters"):
            write(Plan(name, "", "", wanted.proposal, wanted.table), tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["selling"]


def test_a_column_that_names_somebody_is_marked_has_its_key_and_an_invented_example(tmp_path: Path) -> None:
    table = written(tmp_path / "customers.csv", customers(800))
    choices = Choices(label="kündigt", identifier=("Kunden-ID", "e-mail"))
    target = write(Plan("naming", "Who", "customers.csv", propose(profile(table), choices), table), tmp_path)
    assert UseCaseSettings.load(target / "usecase.toml").privacy.identifiers
    schema, declared = (target / "schema.py").read_text(), (target / "__init__.py").read_text()
    assert schema.count('mark="identifier"') == 2
    assert declared.count('"nobody-0"') == 2
    assert "@example.org" not in declared
    transform = (target / "transform.py").read_text()
    assert not any(name in transform for name in ("e_mail", "kunden_id"))
    assert not UseCaseSettings.load(write(plan(tmp_path, "selling"), tmp_path) / "usecase.toml").privacy.identifiers


def test_a_run_that_is_killed_leaves_nothing_that_counts_and_the_next_one_clears_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = plan(tmp_path, "selling")
    (tmp_path / ".new-killed").mkdir()
    with monkeypatch.context() as patched:
        patched.setattr("cumulet.scaffold.writing.pq.write_table", _full)
        with pytest.raises(OSError, match="disk full"):
            write(wanted, tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []
    assert write(wanted, tmp_path).is_dir()


def _full(*_: object, **__: object) -> None:
    raise OSError("disk full")


def test_a_demo_learns_from_a_hundred_days_where_there_are_so_many() -> None:
    first = FIRST_DAY
    nights = {span: (first_night(first, first + timedelta(days=span)) - first).days for span in (1, 30, 119, 400)}
    assert nights == {1: 1, 30: 15, 119: 99, 400: 200}
