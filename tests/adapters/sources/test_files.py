"""A folder of files as a source: found by date, refused where it is not clear which is meant."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cumulet.adapters.sources import Files, open_source
from cumulet.contracts.errors import ContractError, NotFoundError
from cumulet.contracts.settings import SourceSettings

DAY = date(2013, 5, 1)


def test_a_day_is_the_files_that_carry_its_date(tmp_path: Path) -> None:
    (tmp_path / "2013-05-01").mkdir()
    (tmp_path / "2013-05-01" / "records.csv").write_bytes(b"id\n1\n")
    (tmp_path / "2013-05-01" / "weather.parquet").write_bytes(b"PAR1")
    settings = SourceSettings(kind="files", folder=str(tmp_path))
    source = open_source(settings, ("records", "outcomes", "weather"), tmp_path)
    assert source.day(DAY) == {"records": b"id\n1\n", "weather": b"PAR1"}
    with pytest.raises(NotFoundError, match="2013-05-02"):
        source.day(date(2013, 5, 2))


def test_two_files_of_one_table_are_not_guessed_between(tmp_path: Path) -> None:
    for name in ("flights_2013-05-01.csv", "flights_2013-05-01.csv.gz"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(ContractError, match=r"flights_2013-05-01.csv, flights_2013-05-01.csv.gz all match"):
        Files(tmp_path, ("flights",), "{table}_{date}.*").day(DAY)


def test_a_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "records-2013-05-01.csv").open("wb") as file:
        file.truncate(2_000_000_000)
    with pytest.raises(ContractError, match="2000000000 bytes, at most 1000000"):
        Files(tmp_path, ("records",), "{table}-{date}.csv", 1_000_000).day(DAY)


def test_a_source_that_lacks_a_setting_says_which() -> None:
    with pytest.raises(ContractError, match="kind=http needs url"):
        open_source(SourceSettings(kind="http"), ("records",), Path())
    with pytest.raises(ContractError, match="expected files, http or table"):
        open_source(SourceSettings(kind="ftp"), ("records",), Path())


def test_a_link_or_a_pattern_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder, secret = tmp_path / "in", tmp_path / "secret.csv"
    (folder / "store").mkdir(parents=True)
    secret.write_bytes(b"id\n1\n")
    (folder / "records-2013-05-01.csv").symlink_to(secret)
    with pytest.raises(ContractError, match="leads out of"):
        Files(folder, ("records",), "{table}-{date}.csv").day(DAY)
    with pytest.raises(ContractError, match="leads out of"):
        Files(folder, ("secret",), "../{table}.csv").day(DAY)
    (folder / "store" / "a.csv").write_bytes(b"id\n2\n")
    (folder / "records-2013-05-02.csv").symlink_to(folder / "store" / "a.csv")
    assert Files(folder, ("records",), "{table}-{date}.csv").day(date(2013, 5, 2)) == {"records": b"id\n2\n"}
