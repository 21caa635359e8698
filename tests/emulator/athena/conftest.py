"""A lake as CDK makes it, in a running emulator: Parquet by date, predictions by date and model."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.emulator.running import RunningEmulator

BUCKET, OTHER, DATABASE = "lake", "other", "zones"
DAYS = [date(2013, 1, 1) + timedelta(days=number) for number in range(4)]
CARRIERS = ["AA", "UA", "UA", None]
PARQUET = "org.apache.hadoop.hive.ql.io.parquet"
Query = Callable[..., dict[str, Any]]


def flights(day: date) -> pa.Table:
    """Four flights a day, one without a carrier."""
    return pa.table(
        {
            "id": [f"{day}-{number}" for number in range(4)],
            "carrier": CARRIERS,
            "distance": [100.0, 200.5, 1e7, float(day.day)],
            "sched_dep": pa.array([datetime(day.year, day.month, day.day, 5, 15)] * 4, pa.timestamp("us", tz="UTC")),
        }
    )


def parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def create_table(glue: Any, name: str, columns: Mapping[str, str], partitions: Mapping[str, str]) -> None:
    """A table as infra/lake.py declares it; partitions are name to kind of projection."""
    location = f"s3://{BUCKET}/{name}"
    parameters = {"classification": "parquet", "projection.enabled": "true"}
    for key, kind in partitions.items():
        parameters[f"projection.{key}.type"] = kind
        if kind == "date":
            parameters |= {f"projection.{key}.format": "yyyy-MM-dd", f"projection.{key}.range": "2013-01-01,NOW"}
    parameters["storage.location.template"] = location + "".join(f"/{p}=${{{p}}}" for p in partitions)
    glue.create_table(
        DatabaseName=DATABASE,
        TableInput={
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": parameters,
            "PartitionKeys": [{"Name": key, "Type": "string"} for key in partitions],
            "StorageDescriptor": {
                "Location": location,
                "Columns": [{"Name": key, "Type": kind} for key, kind in columns.items()],
                "SerdeInfo": {"SerializationLibrary": f"{PARQUET}.serde.ParquetHiveSerDe"},
            },
        },
    )


@pytest.fixture(scope="module")
def lake(emulator: RunningEmulator) -> RunningEmulator:
    """The emulator with `flights` (by dt) and `predictions` (by dt and model, injected) of four days."""
    s3, glue = emulator.client("s3"), emulator.client("glue")
    for bucket in (BUCKET, OTHER):
        s3.create_bucket(Bucket=bucket)
    glue.create_database(DatabaseInput={"Name": DATABASE})
    columns = {"id": "string", "carrier": "string", "distance": "double", "sched_dep": "timestamp", "late": "int"}
    create_table(glue, "flights", columns, {"dt": "date"})
    create_table(glue, "predictions", {"id": "string", "prediction": "double"}, {"dt": "date", "model": "injected"})
    for day in DAYS:
        s3.put_object(Bucket=BUCKET, Key=f"flights/dt={day}/records.parquet", Body=parquet(flights(day)))
        s3.put_object(Bucket=BUCKET, Key=f"flights/dt={day}/_manifest.json", Body=b"{}")
        for model in ("1", "2"):
            scored = pa.table({"id": [f"{day}-0", f"{day}-1"], "prediction": [0.25, float(model)]})
            key = f"predictions/dt={day}/model={model}/records.parquet.out"
            s3.put_object(Bucket=BUCKET, Key=key, Body=parquet(scored))
    s3.put_object(Bucket=OTHER, Key="secret/records.parquet", Body=parquet(flights(DAYS[0])))
    emulator.client("athena").create_work_group(
        Name="analysts", Configuration={"ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/results/"}}
    )
    return emulator


def wait(athena: Any, id: str) -> dict[str, Any]:
    """The execution when it has ended."""
    while True:
        execution: dict[str, Any] = athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]
        if execution["Status"]["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
            return execution
        time.sleep(0.01)


@pytest.fixture(scope="module")
def run(lake: RunningEmulator) -> Query:
    """Run a query to its end: its execution."""
    athena = lake.client("athena")

    def run_query(sql: str, **given: Any) -> dict[str, Any]:
        asked = {"WorkGroup": "analysts", "QueryExecutionContext": {"Database": DATABASE}} | given
        return wait(athena, athena.start_query_execution(QueryString=sql, **asked)["QueryExecutionId"])

    return run_query


@pytest.fixture(scope="module")
def rows(lake: RunningEmulator, run: Query) -> Callable[..., list[list[str | None]]]:
    """The rows of a query's result, the header among them."""
    athena = lake.client("athena")

    def rows_of(sql: str, **given: Any) -> list[list[str | None]]:
        execution = run(sql, **given)
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
        answer = athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])
        return [[cell.get("VarCharValue") for cell in row["Data"]] for row in answer["ResultSet"]["Rows"]]

    return rows_of


@pytest.fixture(scope="module")
def reason(run: Query) -> Callable[..., str]:
    """Why a query fails."""

    def reason_of(sql: str, **given: Any) -> str:
        execution = run(sql, **given)
        assert execution["Status"]["State"] == "FAILED", execution["Status"]
        return str(execution["Status"]["StateChangeReason"])

    return reason_of
