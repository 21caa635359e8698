"""`cumulet sql` as its user meets it, over a small lake in a running emulator."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cumulet.contracts.settings import FOUNDATION
from tests.emulator.running import RunningEmulator

pytestmark = pytest.mark.emulator
ROOT = Path(__file__).resolve().parents[2]
PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
Sql = Callable[..., subprocess.CompletedProcess[str]]


def template() -> str:
    """The foundation as far as queries need it; tests/loop asks the real one."""
    location = {"Fn::Sub": "s3://${Lake}/queries/"}
    table = {
        "Name": "flights_curated",
        "PartitionKeys": [{"Name": "dt", "Type": "string"}],
        "Parameters": {
            "projection.enabled": "true",
            "projection.dt.type": "date",
            "projection.dt.format": "yyyy-MM-dd",
            "projection.dt.range": "2013-01-01,NOW",
        },
        "StorageDescriptor": {
            "Location": {"Fn::Sub": "s3://${Lake}/curated/flights"},
            "Columns": [{"Name": "carrier", "Type": "string"}, {"Name": "distance", "Type": "double"}],
            "SerdeInfo": {"SerializationLibrary": PARQUET},
        },
    }
    resources = {
        "Lake": {"Type": "AWS::S3::Bucket"},
        "Database": {"Type": "AWS::Glue::Database", "Properties": {"CatalogId": "0" * 12, "DatabaseInput": {}}},
        "Table": {
            "Type": "AWS::Glue::Table",
            "Properties": {"CatalogId": "0" * 12, "DatabaseName": {"Ref": "Database"}, "TableInput": table},
        },
        "Group": {
            "Type": "AWS::Athena::WorkGroup",
            "Properties": {
                "Name": "queries",
                "WorkGroupConfiguration": {"ResultConfiguration": {"OutputLocation": location}},
            },
        },
    }
    names = {"LakeBucket": "Lake", "GlueDatabase": "Database", "AthenaWorkgroup": "Group"}
    outputs = {key: {"Value": {"Ref": name}} for key, name in names.items()} | {"AlertsTopic": {"Value": "none"}}
    return json.dumps({"Resources": resources, "Outputs": outputs})


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    running = RunningEmulator(tmp_path_factory.mktemp("sql") / "state")
    cloudformation = running.client("cloudformation")
    cloudformation.create_stack(StackName=FOUNDATION, TemplateBody=template())
    cloudformation.get_waiter("stack_create_complete").wait(StackName=FOUNDATION, WaiterConfig={"Delay": 1})
    [stack] = cloudformation.describe_stacks(StackName=FOUNDATION)["Stacks"]
    bucket = next(o["OutputValue"] for o in stack["Outputs"] if o["OutputKey"] == "LakeBucket")
    for day in ("2013-01-01", "2013-01-02"):
        body = io.BytesIO()
        pq.write_table(pa.table({"carrier": ["AA", "UA", None], "distance": [1.0, 2.5, 4.0]}), body)
        key = f"curated/flights/dt={day}/records.parquet"
        running.client("s3").put_object(Bucket=bucket, Key=key, Body=body.getvalue())
    yield running
    running.stop()


@pytest.fixture(scope="module")
def sql(emulator: RunningEmulator) -> Sql:
    """Run `cumulet sql` with these arguments."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CUMULET_"))}
    environment = clean | {"AWS_ENDPOINT_URL": emulator.endpoint, "COLUMNS": "200"}

    def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cumulet", "sql", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment, input=given, capture_output=True, text=True, check=False
        )

    return run


def test_a_query_prints_a_table_and_what_it_read_and_costs(sql: Sql) -> None:
    done = sql(
        "SELECT carrier, count(*) AS flights FROM flights_curated WHERE dt >= '2013-01-02' GROUP BY 1 ORDER BY 1"
    )
    assert done.returncode == 0, done.stderr
    assert [line.split() for line in done.stdout.splitlines() if "1" in line] == [["AA", "1"], ["UA", "1"], ["1"]]
    assert "✓ Asking Athena" in done.stderr
    assert "3 rows" in done.stderr
    assert "MB read: $0.00005 at AWS's list price ($5 a TB, 10 MB at least)" in done.stderr


def test_json_has_numbers_and_nulls(sql: Sql) -> None:
    done = sql("--json", "SELECT carrier, sum(distance) AS far, count(*) > 1 AS more FROM flights_curated GROUP BY 1")
    rows = sorted(json.loads(done.stdout), key=lambda row: row["far"])
    assert rows == [
        {"carrier": "AA", "far": 2.0, "more": True},
        {"carrier": "UA", "far": 5.0, "more": True},
        {"carrier": None, "far": 8.0, "more": True},
    ]


def test_csv_of_a_query_from_a_file_is_whole(sql: Sql, tmp_path: Path) -> None:
    query = tmp_path / "q.sql"
    query.write_text("-- numbers\nSELECT n FROM UNNEST(sequence(1, 1500)) AS t (n) ORDER BY n;\n")
    assert sql("--csv", "--file", str(query)).stdout.split() == ["n", *map(str, range(1, 1501))]


def test_a_query_comes_from_standard_input(sql: Sql) -> None:
    assert json.loads(sql("--json", "-", given="SELECT 7 AS x").stdout) == [{"x": 7}]


def test_a_table_stops_at_the_limit_and_says_so(sql: Sql) -> None:
    done = sql("--limit", "2", "SELECT distance FROM flights_curated ORDER BY distance")
    assert "the first 2 rows; --limit gives more" in done.stderr
    assert "2.5000" not in done.stdout
    assert "the first" not in sql("--limit", "6", "SELECT distance FROM flights_curated").stderr


def test_columns_of_the_same_name_are_all_shown(sql: Sql) -> None:
    assert json.loads(sql("--json", "SELECT 1 AS x, 2 AS x").stdout) == [{"x": 1, "x (2)": 2}]


def test_without_a_query_the_tables_are_listed_with_an_example_that_runs(sql: Sql) -> None:
    done = sql()
    assert "flights_curated" in done.stdout
    assert "distance double, dt string" in done.stdout
    example = done.stderr.split('cumulet sql "')[1].split('"')[0]
    assert sql(example).returncode == 0
    assert json.loads(sql("--json").stdout) == {
        "flights_curated": {"carrier": "string", "distance": "double", "dt": "string"}
    }


@pytest.mark.parametrize(
    ("query", "code", "said"),
    [
        ("SELECT * FROM flight", 5, "there is no table flight; there are flights_curated"),
        ("SELECT * FROM flights_curatd", 5, "no table flights_curatd (did you mean flights_curated?); there are"),
        ("SELECT carier FROM flights_curated", 5, "no column carier here (did you mean carrier?): flights_curated has"),
        ("SELEC 1", 2, "line 1:1: mismatched input 'SELEC'"),
        ("DESCRIBE flight", 5, "there is no table flight; there are flights_curated"),
        ("SELECT nope FROM flights_curated", 5, "no column nope here: flights_curated has carrier, distance, dt"),
        ("SELECT FROM WHERE", 2, "the query cannot be read: line 1:"),
        ("SELECT * FROM flights_curated WHERE dt > 20130101", 8, "TYPE_MISMATCH"),
        ("SELECT * FROM read_text('/etc/passwd')", 8, "FUNCTION_NOT_FOUND"),
        ("DROP TABLE flights_curated", 1, "Athena's DROP TABLE is not implemented by this emulator"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_the_remedy(sql: Sql, query: str, code: int, said: str) -> None:
    done = sql(query)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert done.stdout == ""


def test_what_contradicts_is_refused(sql: Sql, tmp_path: Path) -> None:
    query = tmp_path / "q.sql"
    query.write_text("SELECT 1")
    assert "not both" in sql("--csv", "--json", "SELECT 1").stderr
    assert "not both" in sql("--file", str(query), "SELECT 1").stderr
