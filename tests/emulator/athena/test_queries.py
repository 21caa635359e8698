"""Queries against a running emulator, as boto3 sees them."""

from __future__ import annotations

import time
from typing import Any

import botocore.exceptions
import pyarrow as pa
import pytest

from tests.emulator.athena.conftest import BUCKET, DATABASE, DAYS, Query, flights, wait
from tests.emulator.running import RunningEmulator

pytestmark = pytest.mark.emulator

# 10**6 * 10**6 rows: nobody waits for its end
ENDLESS = """
    SELECT sum(a * b % 7) FROM UNNEST(sequence(1, 1000000)) AS x (a) CROSS JOIN UNNEST(sequence(1, 1000000)) AS y (b)
"""


def start(lake: RunningEmulator, sql: str, **given: Any) -> str:
    asked = {"WorkGroup": "analysts", "QueryExecutionContext": {"Database": DATABASE}} | given
    return str(lake.client("athena").start_query_execution(QueryString=sql, **asked)["QueryExecutionId"])


def eventually_running(athena: Any, id: str) -> None:
    while athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]["Status"]["State"] == "QUEUED":
        time.sleep(0.01)


def test_counts_are_those_that_pyarrow_finds(rows: Any) -> None:
    table = pa.concat_tables([flights(day) for day in DAYS])
    counted = table.group_by("carrier").aggregate([("id", "count"), ("distance", "sum")]).to_pylist()
    expected = {row["carrier"]: (row["id_count"], row["distance_sum"]) for row in counted}
    header, *found = rows("SELECT carrier, count(*) AS n, sum(distance) AS far FROM flights GROUP BY carrier")
    assert header == ["carrier", "n", "far"]
    assert {carrier: (int(n), float(far)) for carrier, n, far in found} == expected


def test_a_column_of_the_table_that_the_files_have_not_is_null(rows: Any) -> None:
    assert rows("SELECT count(*), count(late) FROM flights")[1] == ["16", "0"]


def test_partition_keys_are_columns_and_prune_what_is_scanned(run: Query, rows: Any) -> None:
    by_day = "SELECT dt, count(carrier) AS n FROM flights {} GROUP BY dt ORDER BY dt"
    assert rows(by_day.format("WHERE dt >= '2013-01-03'"))[1:] == [["2013-01-03", "3"], ["2013-01-04", "3"]]
    scanned = [
        run(by_day.format(where))["Statistics"]["DataScannedInBytes"] for where in ("", "WHERE dt >= '2013-01-03'")
    ]
    assert scanned[0] == 2 * scanned[1] > 0


def test_predictions_need_a_model_and_join_flights(rows: Any, reason: Any) -> None:
    sql = "SELECT f.id, prediction FROM flights f JOIN predictions p ON p.id = f.id AND p.dt = f.dt WHERE {} ORDER BY 1"
    assert "For the injected projected partition column model" in reason(sql.format("f.dt = '2013-01-02'"))
    assert rows(sql.format("f.dt = '2013-01-02' AND model = '2'"))[1:] == [
        ["2013-01-02-0", "0.25"],
        ["2013-01-02-1", "2.0"],
    ]


def test_an_execution_tells_what_athena_tells(lake: RunningEmulator, run: Query) -> None:
    execution = run("SELECT carrier FROM flights")
    assert execution["StatementType"] == "DML"
    assert execution["QueryExecutionContext"] == {"Database": DATABASE}
    assert execution["Status"]["CompletionDateTime"] >= execution["Status"]["SubmissionDateTime"]
    assert execution["EngineVersion"]["EffectiveEngineVersion"] == "Athena engine version 3"
    id = execution["QueryExecutionId"]
    athena = lake.client("athena")
    statistics = athena.get_query_runtime_statistics(QueryExecutionId=id)["QueryRuntimeStatistics"]
    assert (statistics["Rows"]["InputRows"], statistics["Rows"]["OutputRows"]) == (16, 16)
    batch = athena.batch_get_query_execution(QueryExecutionIds=[id, "nope"])
    assert [found["QueryExecutionId"] for found in batch["QueryExecutions"]] == [id]
    assert batch["UnprocessedQueryExecutionIds"][0]["QueryExecutionId"] == "nope"
    assert athena.list_query_executions(WorkGroup="analysts")["QueryExecutionIds"][0] == id


def test_the_result_is_a_csv_in_s3(lake: RunningEmulator, run: Query) -> None:
    execution = run("SELECT carrier, 'a \"b\"' AS said FROM flights WHERE dt = '2013-01-01' ORDER BY id")
    location = execution["ResultConfiguration"]["OutputLocation"]
    assert location == f"s3://{BUCKET}/results/{execution['QueryExecutionId']}.csv"
    s3, key = lake.client("s3"), location.removeprefix(f"s3://{BUCKET}/")
    lines = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode().splitlines()
    assert lines[:2] == ['"carrier","said"', '"AA","a ""b"""']
    assert lines[-1] == ',"a ""b"""'
    assert s3.head_object(Bucket=BUCKET, Key=f"{key}.metadata")["ContentLength"] > 0
    s3.delete_object(Bucket=BUCKET, Key=key)
    with pytest.raises(botocore.exceptions.ClientError, match="Could not find results"):
        lake.client("athena").get_query_results(QueryExecutionId=execution["QueryExecutionId"])


def test_results_come_in_pages(lake: RunningEmulator, run: Query) -> None:
    id = run("SELECT n FROM UNNEST(sequence(1, 2500)) AS t (n) ORDER BY n")["QueryExecutionId"]
    pages = list(lake.client("athena").get_paginator("get_query_results").paginate(QueryExecutionId=id))
    cells = [row["Data"][0]["VarCharValue"] for page in pages for row in page["ResultSet"]["Rows"]]
    assert [len(page["ResultSet"]["Rows"]) for page in pages] == [1000, 1000, 501]
    assert cells == ["n", *map(str, range(1, 2501))]


def test_the_same_token_starts_nothing_twice(lake: RunningEmulator) -> None:
    token = {"ClientRequestToken": "a-token-of-32-characters-or-more--"}
    first, again = (start(lake, "SELECT 1", **token) for _ in range(2))
    assert first == again
    with pytest.raises(botocore.exceptions.ClientError, match="Idempotent parameters do not match"):
        start(lake, "SELECT 2", **token)


def test_parameters_are_filled_in(rows: Any) -> None:
    sql = "SELECT count(*) FROM flights WHERE carrier = ?"
    assert rows(sql, ExecutionParameters=["'UA'"])[1] == ["8"]


def test_a_stopped_query_is_interrupted_and_lets_the_next_one_run(lake: RunningEmulator, rows: Any) -> None:
    athena = lake.client("athena")
    ids = [start(lake, ENDLESS) for _ in range(3)]  # more than run at once
    eventually_running(athena, ids[0])
    states = [athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]["Status"]["State"] for id in ids]
    assert states[2] == "QUEUED"
    for id in ids:
        athena.stop_query_execution(QueryExecutionId=id)
    assert {wait(athena, id)["Status"]["State"] for id in ids} == {"CANCELLED"}
    assert rows("SELECT 1")[1] == ["1"]
    with pytest.raises(botocore.exceptions.ClientError, match="Final query state: CANCELLED"):
        athena.get_query_results(QueryExecutionId=ids[0])


def test_a_query_that_cannot_be_read_is_refused_at_once(lake: RunningEmulator) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match="mismatched input") as refused:
        start(lake, "SELECT * FROM flights WHERE")
    assert refused.value.response["AthenaErrorCode"] == "MALFORMED_QUERY"


@pytest.mark.parametrize("sql", ["CREATE TABLE x AS SELECT 1", "INSERT INTO flights VALUES (1)", "DROP TABLE flights"])
def test_what_would_write_is_refused_by_its_name(lake: RunningEmulator, sql: str) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match="not implemented by this emulator"):
        start(lake, sql)


def test_an_operation_that_is_not_here_is_refused_by_its_name(lake: RunningEmulator) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match="Athena's StartSession is not implemented"):
        lake.client("athena").start_session(WorkGroup="analysts", EngineConfiguration={"MaxConcurrentDpus": 2})


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        'SELECT * FROM "/etc/passwd"',
        "SELECT * FROM \"read_csv\"('/etc/passwd')",
        "SELECT * FROM read_parquet('s3://other/secret/records.parquet')",
    ],
)
def test_a_query_reads_nothing_but_tables(reason: Any, sql: str) -> None:
    assert reason(sql).startswith(("FUNCTION_NOT_FOUND", "TABLE_NOT_FOUND"))


def test_the_catalog_is_shown(rows: Any) -> None:
    assert [DATABASE] in rows("SHOW DATABASES")
    assert rows("SHOW TABLES") == [["flights"], ["predictions"]]
    assert rows(f"SHOW TABLES IN {DATABASE} 'pre*'") == [["predictions"]]
    assert rows("SHOW PARTITIONS flights") == []  # projected ones are not registered
    assert rows("SHOW COLUMNS IN predictions") == [["id"], ["prediction"], ["dt"], ["model"]]
    described = rows("DESCRIBE predictions")
    assert described[:4] == [
        ["id", "string", ""],
        ["prediction", "double", ""],
        ["dt", "string", ""],
        ["model", "string", ""],
    ]
    assert ["# Partition Information", "", ""] in described


def test_metadata_comes_from_glue(lake: RunningEmulator) -> None:
    athena = lake.client("athena")
    of = {"CatalogName": "AwsDataCatalog"}
    assert DATABASE in [found["Name"] for found in athena.list_databases(**of)["DatabaseList"]]
    tables = athena.list_table_metadata(**of, DatabaseName=DATABASE)["TableMetadataList"]
    assert [table["Name"] for table in tables] == ["flights", "predictions"]
    [key, model] = tables[1]["PartitionKeys"]
    assert (key, model) == ({"Name": "dt", "Type": "string"}, {"Name": "model", "Type": "string"})
    with pytest.raises(botocore.exceptions.ClientError, match="Table nope not found"):
        athena.get_table_metadata(**of, DatabaseName=DATABASE, TableName="nope")


def test_times_are_the_clocks(emulator: RunningEmulator, lake: RunningEmulator, run: Query, rows: Any) -> None:
    emulator.set_clock(now="2013-01-02T12:00:00Z", mode="frozen")
    try:
        assert run("SELECT 1")["Status"]["SubmissionDateTime"].isoformat().startswith("2013-01-02T12:00")
        assert rows("SELECT current_date")[1] == ["2013-01-02"]
        assert rows("SELECT max(dt) FROM flights")[1] == ["2013-01-02"]  # the projection ends NOW
    finally:
        emulator.set_clock(mode="real")


def test_executions_survive_a_kill_and_what_ran_is_failed(lake: RunningEmulator, run: Query) -> None:
    done = run("SELECT 7 AS x")["QueryExecutionId"]
    running = start(lake, ENDLESS)
    eventually_running(lake.client("athena"), running)
    time.sleep(1.5)  # S3's objects are on disk at once, its buckets within a second
    lake.kill()
    lake.start()
    athena = lake.client("athena")
    assert athena.get_query_results(QueryExecutionId=done)["ResultSet"]["Rows"][1]["Data"] == [{"VarCharValue": "7"}]
    failed = athena.get_query_execution(QueryExecutionId=running)["QueryExecution"]["Status"]
    assert failed["State"] == "FAILED"
    assert "the emulator ended" in failed["StateChangeReason"].lower()
