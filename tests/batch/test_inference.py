from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

import usecases
from batch import formats, inference
from cumulet.adapters import parquet
from cumulet.contracts.errors import SchemaError
from cumulet.core.context import context_records
from cumulet.core.schema import select
from training import golden
from training.dataset import read

FLIGHTS = usecases.load("flights")
ARN = "arn:aws:sagemaker:us-east-1:000000000000:model-package/flights/3"


@pytest.fixture(scope="module")
def model(fitted):
    return inference.model_fn(str(fitted / "model"))


@pytest.fixture(scope="module")
def rows(fitted):
    found, _ = read(fitted / "train", FLIGHTS)
    return golden.odd(FLIGHTS, select(found.columns, slice(0, 200)))


def invoke(model, body, content_type, accept):
    data = inference.input_fn(body, content_type)
    return inference.output_fn(inference.predict_fn(data, model), accept)


def test_one_object_of_parquet_is_one_answer_with_its_rows_in_order(model, rows, monkeypatch):
    monkeypatch.setenv("CUMULET_MODEL_PACKAGE", ARN)
    body = parquet.encode(rows, {"cut_off": "2013-04-01T07:00:00+00:00"})
    answer, kind = invoke(model, body, formats.PARQUET, formats.PARQUET)
    found = parquet.decode(answer)
    assert kind == formats.PARQUET
    assert found["id"].tolist() == rows["id"].tolist()
    np.testing.assert_array_equal(found["prediction"], model.predict(rows))
    assert {p.rpartition("/")[2] for p in found["model_package"]} == {"3"}
    assert set(found["scored_at"].astype(str)) == {"2013-04-01T07:00:00"}
    assert invoke(model, body, formats.PARQUET, "*/*")[0] == answer


def test_json_lines_and_csv_say_the_same_as_parquet(model, rows):
    records = context_records(FLIGHTS, rows)
    lines = "".join(json.dumps(record) + "\n" for record in records)
    table = io.StringIO()
    writer = csv.DictWriter(table, list(records[0]))
    writer.writeheader()
    writer.writerows(records)
    expected = model.predict(rows)
    answer, _ = invoke(model, lines, formats.JSON_LINES, formats.JSON_LINES)
    np.testing.assert_array_equal([json.loads(line)["prediction"] for line in answer.splitlines()], expected)
    answer, _ = invoke(model, table.getvalue(), "text/csv; charset=utf-8", formats.CSV)
    parsed = list(csv.DictReader(io.StringIO(answer.decode())))
    np.testing.assert_array_equal([float(row["prediction"]) for row in parsed], expected)


def test_no_rows_in_are_no_rows_out(model, rows):
    answer, _ = invoke(model, parquet.encode(select(rows, slice(0, 0))), formats.PARQUET, formats.PARQUET)
    assert len(parquet.decode(answer)["prediction"]) == 0


def test_records_without_context_are_refused_with_the_remedy(model, rows):
    bare = {name: rows[name] for name in FLIGHTS.schema.names}
    with pytest.raises(SchemaError, match="context features"):
        invoke(model, parquet.encode(bare), formats.PARQUET, formats.PARQUET)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"origin": "SFO"}, "origin='SFO'"), ({"late_1": "high"}, "late_1"), ({"distance": -1.0}, "at least")],
)
def test_a_record_that_breaks_the_schema_is_refused_by_field_and_line(model, rows, change, message):
    first, second = context_records(FLIGHTS, select(rows, slice(0, 2)))
    body = json.dumps(first) + "\n" + json.dumps({**second, **change})
    with pytest.raises(SchemaError, match=message) as refused:
        invoke(model, body, formats.JSON_LINES, formats.JSON_LINES)
    assert "record 2" in str(refused.value)


@pytest.mark.parametrize("content_type", ["application/xml", "text/plain"])
def test_another_format_is_refused_by_name(model, rows, content_type):
    with pytest.raises(SchemaError, match=content_type):
        invoke(model, b"x", content_type, formats.PARQUET)
    with pytest.raises(SchemaError, match=content_type):
        invoke(model, parquet.encode(rows), formats.PARQUET, content_type)
