"""DuckDB itself is locked down, whatever text should ever reach it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emulator.athena.errors import SYSTEM, USER
from emulator.athena.sql import duck


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "ATTACH '{folder}/a.db'",
        "SELECT * FROM read_parquet('{folder}/other.parquet')",
        "SET enable_external_access = true",
        "SET allowed_paths = ['/etc/passwd']",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM read_parquet('http://127.0.0.1:1/x')",
    ],
)
def test_nothing_of_this_machine_can_be_read_or_written(tmp_path: Path, sql: str) -> None:
    for name in ("allowed", "other"):
        pq.write_table(pa.table({"x": [1]}), tmp_path / f"{name}.parquet")
    before = sorted(tmp_path.iterdir())
    with duck.connect([str(tmp_path / "allowed.parquet")]) as connection, pytest.raises(duckdb.Error):
        connection.execute(sql.format(folder=tmp_path)).fetchall()
    assert sorted(tmp_path.iterdir()) == before


def test_the_files_of_the_query_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "it's.parquet"
    pq.write_table(pa.table({"x": [7]}), path)
    with duck.connect([str(path)]) as connection:
        assert connection.execute(f"SELECT x FROM read_parquet({duck.text(str(path))})").fetchall() == [(7,)]


def test_memory_is_limited_and_nothing_spills_to_disk() -> None:
    with duck.connect() as connection, pytest.raises(duckdb.OutOfMemoryException) as error:
        connection.execute("SELECT list(i) FROM range(200_000_000) AS t (i)").fetchall()
    failed = duck.failure(error.value, {})
    assert (failed.reason.partition(":")[0], failed.category) == ("EXCEEDED_LOCAL_MEMORY_LIMIT", USER)


def test_an_error_names_the_object_and_not_the_file(tmp_path: Path) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_text("no Parquet at all")
    with duck.connect([str(broken)]) as connection, pytest.raises(duckdb.Error) as error:
        connection.execute(f"SELECT * FROM read_parquet({duck.text(str(broken))})").fetchall()
    reason = duck.failure(error.value, {str(broken): "s3://lake/broken.parquet"}).reason
    assert reason.startswith("HIVE_BAD_DATA")
    assert "s3://lake/broken.parquet" in reason
    assert str(tmp_path) not in reason


def test_an_error_of_duckdb_itself_is_not_the_users() -> None:
    assert duck.failure(duckdb.InternalException("x"), {}).category == SYSTEM
