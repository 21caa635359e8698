from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from emulator.athena.errors import QueryFailed
from emulator.athena.sql.partitions import partitions
from emulator.athena.sql.table import Table
from tests.emulator.athena.sql.harness import NOW, Files, Glue

ROW = pa.table({"x": [1]})


def found(folder: Path, keys: list[str], *, now: datetime = NOW, names: tuple[str, ...] = ("dt",), **parameters: str):
    objects = Files(folder)
    for key in keys:
        objects.write("lake", key, ROW)
    given = {"projection.enabled": "true"} | {name.replace("_", "."): value for name, value in parameters.items()}
    table = Table("db", "t", {"x": "int"}, dict.fromkeys(names, "string"), "s3://lake/t", given)
    return {partition.values for partition in partitions(table, catalog=Glue(), objects=objects, now=now)}


DATE = {"projection_dt_type": "date", "projection_dt_format": "yyyy-MM-dd"}


def test_dates_are_projected_from_the_first_day_to_the_clocks(tmp_path: Path) -> None:
    keys = [f"t/dt={day}/a" for day in ("2012-12-31", "2013-01-01", "2013-04-01", "2013-04-02", "today")]
    assert found(tmp_path, keys, **DATE, projection_dt_range="2013-01-01,NOW") == {("2013-01-01",), ("2013-04-01",)}


def test_the_range_may_count_from_now(tmp_path: Path) -> None:
    keys = [f"t/dt={day}/a" for day in ("2013-03-28", "2013-03-31", "2013-04-01")]
    expected = {("2013-03-31",), ("2013-04-01",)}
    assert found(tmp_path, keys, **DATE, projection_dt_range="NOW-3DAYS,NOW") == expected


def test_integers_enums_and_a_template_of_ones_own(tmp_path: Path) -> None:
    keys = ["t/2013/AA/a", "t/2014/AA/a", "t/2013/XX/a", "t/20x3/AA/a"]
    template = "s3://lake/t/${year}/${carrier}"
    given = {
        "projection.year.type": "integer",
        "projection.year.range": "2000,2013",
        "projection.carrier.type": "enum",
        "projection.carrier.values": "AA, UA",
        "storage.location.template": template,
    }
    objects = Files(tmp_path)
    for key in keys:
        objects.write("lake", key, ROW)
    columns = {"year": "int", "carrier": "string"}
    table = Table("db", "t", {"x": "int"}, columns, "s3://lake/t", {"projection.enabled": "true", **given})
    kept = partitions(table, catalog=Glue(), objects=objects, now=NOW)
    assert [partition.values for partition in kept] == [("2013", "AA")]


def test_what_begins_with_an_underscore_or_a_dot_or_is_empty_is_no_data(tmp_path: Path) -> None:
    objects = Files(tmp_path)
    for key in ("t/dt=2013-01-01/_manifest", "t/dt=2013-01-01/.part", "t/dt=2013-01-01/_temp/a"):
        objects.write("lake", key, ROW)
    (tmp_path / "lake/t/dt=2013-01-02").mkdir()
    (tmp_path / "lake/t/dt=2013-01-02/empty").touch()
    given = {"projection.enabled": "true", "projection.dt.type": "injected"}
    table = Table("db", "t", {"x": "int"}, {"dt": "string"}, "s3://lake/t", given)
    assert partitions(table, catalog=Glue(), objects=objects, now=NOW) == []


def test_without_projection_the_registered_partitions_are_read_wherever_they_are(tmp_path: Path) -> None:
    objects, catalog = Files(tmp_path), Glue()
    objects.write("lake", "elsewhere/a.parquet", ROW)
    objects.write("lake", "t/dt=2013-01-02/a.parquet", ROW)
    catalog.registered = [{"Values": ["2013-01-01"], "StorageDescriptor": {"Location": "s3://lake/elsewhere/"}}]
    table = Table("db", "t", {"x": "int"}, {"dt": "string"}, "s3://lake/t")
    [kept] = partitions(table, catalog=catalog, objects=objects, now=datetime(2013, 1, 1, tzinfo=UTC))
    assert (kept.values, [found.key for found in kept.objects]) == (("2013-01-01",), ["elsewhere/a.parquet"])


@pytest.mark.parametrize(
    "given",
    [
        {"projection_dt_type": "date", "projection_dt_range": "2013-01-01,NOW"},
        {"projection_dt_type": "date", "projection_dt_range": "x,NOW", "projection_dt_format": "yyyy-MM-dd"},
        {"projection_dt_type": "week"},
        {},
    ],
)
def test_properties_that_say_nothing_fail_the_query_by_name(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(QueryFailed, match=r"INVALID_TABLE_PROPERTY: t: .*projection\.dt\."):
        found(tmp_path, ["t/dt=2013-01-01/a"], **given)
