"""The deployed tables, asked through Athena, against the same objects read by pyarrow."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from cumulet.adapters.athena import Answer, Athena
from cumulet.adapters.session import client
from cumulet.contracts.errors import JobError
from tests.loop.conftest import FIRST_NIGHT, Loop


def ask(loop: Loop, sql: str) -> Answer:
    outputs = loop.workspace.outputs
    return Athena(outputs.athena_workgroup, outputs.glue_database).ask(sql, limit=1_000)


def read(loop: Loop, prefix: str) -> pa.Table:
    """All Parquet objects below a prefix of the lake, with the keys of their partition as columns."""
    s3, bucket = client("s3"), loop.workspace.outputs.lake_bucket
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [o["Key"] for page in pages for o in page.get("Contents", []) if "/records.parquet" in o["Key"]]
    tables = []
    for key in keys:
        table = pq.read_table(pa.BufferReader(s3.get_object(Bucket=bucket, Key=key)["Body"].read()))
        for name, value in re.findall(r"(dt|model)=([^/]+)/", key):
            table = table.append_column(name, pa.array([value] * len(table), pa.string()))
        tables.append(table)
    return pa.concat_tables(tables)


def counted(table: pa.Table, by: str) -> dict[Any, int]:
    return {row[by]: row["id_count"] for row in table.group_by(by).aggregate([("id", "count")]).to_pylist()}


@pytest.mark.parametrize("by", ["dt", "carrier"])
def test_flights_are_counted_as_pyarrow_counts_them(loop: Loop, by: str) -> None:
    answer = ask(loop, f"SELECT {by}, count(*) AS n FROM flights_curated WHERE dt < '2013-04-01' GROUP BY {by}")
    table = read(loop, "curated/flights/")
    assert dict(answer.rows) == counted(table.filter(pc.less(table["dt"], "2013-04-01")), by)
    assert answer.billed


def test_every_table_of_the_use_case_can_be_read(loop: Loop) -> None:
    outputs = loop.workspace.outputs
    for table, columns in Athena(outputs.athena_workgroup, outputs.glue_database).tables().items():
        where = "WHERE model = '1'" if "model" in columns else ""
        assert set(ask(loop, f"SELECT * FROM {table} {where} LIMIT 1").columns) == set(columns)


def test_predictions_are_those_of_the_model_that_is_named(loop: Loop) -> None:
    with pytest.raises(JobError, match="injected projected partition column model"):
        ask(loop, "SELECT count(*) FROM flights_predictions")
    night = FIRST_NIGHT + timedelta(days=1)  # the first that has a model
    loop.workspace.nights.run(night)
    scored = read(loop, f"predictions/flights/dt={night}/")
    models = set(scored["model"].to_pylist())
    assert models
    for model in models:
        of_model = scored.filter(pc.equal(scored["model"], model))
        where = f"model = '{model}' AND dt = '{night}'"
        [(number, mean)] = ask(loop, f"SELECT count(*), avg(prediction) FROM flights_predictions WHERE {where}").rows
        assert (number, mean) == (len(of_model), pytest.approx(pc.mean(of_model["prediction"]).as_py()))
