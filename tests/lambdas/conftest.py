"""A small world for the functions: moto's AWS, made-up flights, and a real model artifact of one logistic neuron."""

from __future__ import annotations

import csv
import importlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session
import numpy as np
import onnx
import pytest
from moto import mock_aws
from onnx import TensorProto, helper

from cumulet.adapters import session
from cumulet.adapters.lake import Lake
from cumulet.adapters.registry import Registry
from cumulet.contracts import lake as keys
from cumulet.contracts.manifests import ModelManifest
from cumulet.core.context import context_records, features
from cumulet.core.model import code_fingerprint
from cumulet.core.schema import Schema
from cumulet.core.sketches import FeatureSketch, InputSketch, Reference
from training.packing import pack
from usecases import load

FUNCTIONS = ("ingest", "features", "predict", "monitor", "release")
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "CUMULET_USE_CASE": "flights",
    "CUMULET_LAKE_BUCKET": "lake",
    "CUMULET_ONLINE_TABLE": "online",
    "CUMULET_PREDICT_FUNCTION": "predict",
    "CUMULET_MODEL_PACKAGE_GROUP": "flights",
    "CUMULET_TRANSFORM_ROLE": "arn:aws:iam::123456789012:role/transform",
    "CUMULET_TRANSFORM_IMAGE": "image",
    "CUMULET_MODEL_PACKAGE": "",
}


@pytest.fixture(scope="session", autouse=True)
def read_api_models_once() -> Iterator[None]:
    """Every test has a boto3 session of its own; the descriptions of the services are read once for all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        yield


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    forget()
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="lake")
        boto3.client("dynamodb").create_table(
            TableName="online",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            BillingMode="PAY_PER_REQUEST",
        )
        boto3.client("sagemaker").create_model_package_group(ModelPackageGroupName="flights")
        yield
    forget()


def forget() -> None:
    """What a warm environment keeps must not outlive a test."""
    session.client.cache_clear()
    for name in FUNCTIONS:
        module = importlib.import_module(f"lambdas.{name}.handler")
        module.runtime.cache_clear()
    importlib.import_module("lambdas.monitor.handler").reference.cache_clear()


@pytest.fixture
def lake(aws: None) -> Lake:
    return Lake("lake")


def to_csv(rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else ["id"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def flights(day: date, n: int = 40) -> list[dict[str, Any]]:
    """n made-up flights of a day."""
    rows = []
    for k in range(n):
        carrier, origin = ("UA", "AA", "B6")[k % 3], ("EWR", "JFK", "LGA")[k % 3 - 1]
        at = datetime(day.year, day.month, day.day, 6) + timedelta(minutes=20 * k)
        rows.append(
            {
                "id": f"{day}-{carrier}{k + 1}-{origin}-{at:%H%M}",
                "sched_dep": f"{at:%Y-%m-%dT%H:%M}",
                "carrier": carrier,
                "flight": k + 1,
                "origin": origin,
                "dest": ("IAH", "BOS", "ORD", "MIA")[k % 4],
                "distance": 200 + 37 * k,
                "block_minutes": 60 + 5 * k,
                "plane_year": "" if k % 5 == 0 else 1995 + k % 15,
                "seats": "" if k % 7 == 0 else 100 + k,
            }
        )
    return rows


def outcomes(day: date, n: int = 40) -> list[dict[str, Any]]:
    """Their outcomes, all known before the next night's cut-off: every third is late, every tenth cancelled."""
    rows = []
    for k, flight in enumerate(flights(day, n)):
        kept = {name: flight[name] for name in ("id", "carrier", "flight", "origin", "dest")}
        cancelled = k % 10 == 9
        rows.append(
            {
                **kept,
                "date": str(day),
                "status": "cancelled" if cancelled else "arrived",
                "arr_delay": "" if cancelled else (40 if k % 3 == 0 else -5),
                "known_at": f"{day}T23:{k % 60:02d}:00Z",
            }
        )
    return rows


def weather(day: date) -> list[dict[str, Any]]:
    return [
        {"origin": origin, "observed_at": f"{day}T06:00:00Z", "temp": 40 + k, "wind_speed": 10, "visib": 10}
        for k, origin in enumerate(("EWR", "JFK", "LGA"))
    ]


@pytest.fixture
def world(lake: Lake) -> SimpleNamespace:
    """The tables of a day, as rows and as the source's CSV, and `hand_over` to put them into raw."""

    def hand_over(day: date, **tables: bytes) -> None:
        before = day - timedelta(days=1)
        usual = {
            "records": to_csv(flights(day)),
            "outcomes": to_csv(outcomes(before)),
            "weather": to_csv(weather(day)),
        }
        for table, data in {**usual, **tables}.items():
            lake.put(keys.raw("flights", day, table), data)

    return SimpleNamespace(flights=flights, outcomes=outcomes, weather=weather, to_csv=to_csv, hand_over=hand_over)


def run(name: str, day: date) -> dict[str, Any]:
    answer: dict[str, Any] = importlib.import_module(f"lambdas.{name}.handler").handler({"date": str(day)}, None)
    return answer


@pytest.fixture
def night(aws: None) -> Callable[[str, date], dict[str, Any]]:
    """Run one function of a night."""
    return run


def neuron(width: int) -> bytes:
    """An ONNX file with the outputs of a classifier: sigmoid of a weighted sum, missing values as 0."""
    rng = np.random.default_rng(1)
    weights = (rng.normal(size=(width, 1)) / 300).astype(np.float32)
    nodes = [
        helper.make_node("IsNaN", ["features"], ["missing"]),
        helper.make_node("Where", ["missing", "zero", "features"], ["filled"]),
        helper.make_node("MatMul", ["filled", "weights"], ["sum"]),
        helper.make_node("Sigmoid", ["sum"], ["positive"]),
        helper.make_node("Sub", ["one", "positive"], ["negative"]),
        helper.make_node("Concat", ["negative", "positive"], ["probabilities"], axis=1),
    ]
    constants = {"zero": np.zeros(1, np.float32), "one": np.ones(1, np.float32), "weights": weights}
    graph = helper.make_graph(
        nodes,
        "neuron",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, width])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2])],
        [onnx.numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def columns_of(schema: Schema, rows: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    return schema.columns([schema.parse({k: str(v) for k, v in row.items()}) for row in rows])


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A model.tar.gz that passes every check of Model.load."""
    from cumulet.core.model import Model
    from cumulet.core.scoring import Scorer
    from cumulet.core.usecase import label_rows

    use_case, first = load("flights"), date(2013, 4, 1)
    days = [first + timedelta(days=n) for n in range(4)]
    records = columns_of(use_case.schema, [row for day in days for row in flights(day)])
    labels = label_rows(use_case, columns_of(use_case.outcomes, [row for day in days for row in outcomes(day)]))
    labels["known"] = labels["date"] + 1
    columns = features(use_case, records, labels, {})
    state = use_case.fit_state(columns, np.arange(len(columns["id"])) % 3 == 0)
    model_file = neuron(len(use_case.feature_names))
    predicted = use_case.task.read(Scorer(model_file).outputs(use_case.transform(columns, state)))
    golden = context_records(use_case, {name: column[:5] for name, column in columns.items()})
    manifest = ModelManifest(
        use_case="flights",
        algorithm="neuron",
        dataset_id="0123456789abcdef",
        cut_off="2013-04-05T07:00:00+00:00",
        fingerprint=code_fingerprint(use_case),
        features=list(use_case.feature_names),
        threshold=0.2,
        parity=0.0,
        golden=[{"record": r, "prediction": float(p)} for r, p in zip(golden, predicted, strict=False)],
    )
    learnt = FeatureSketch.learn(predicted)
    assert learnt is not None
    folder = tmp_path_factory.mktemp("artifact")
    (folder / "model.onnx").write_bytes(model_file)
    (folder / "state.json").write_text(json.dumps(state))
    (folder / "manifest.json").write_bytes(manifest.to_json())
    reference = Reference(inputs=InputSketch.learn(columns), predictions=learnt)
    (folder / "reference.json").write_text(json.dumps(reference.to_json()))
    Model.load(folder, use_case)
    assert asdict(manifest)["golden"]
    return pack(folder)


@pytest.fixture
def register(lake: Lake, artifact: bytes) -> Callable[..., str]:
    """Put a model into the lake and the registry; its package's ARN."""

    def registered(status: str = "Approved", data: bytes = artifact, group: str = "flights") -> str:
        key = keys.models("flights", "run") + "model.tar.gz"
        lake.put(key, data)
        return Registry(group).register(
            artifact_uri=lake.uri(key),
            image="image",
            status=status,
            metadata={"roc_auc": "0.70000", "cut_off": "2013-03-31T07:00:00+00:00"},
        )

    return registered


@pytest.fixture
def folder_of(tmp_path: Path, artifact: bytes) -> Callable[[], Path]:
    """The artifact unpacked, to be changed and packed again."""
    from cumulet.adapters.artifact import unpack

    return lambda: unpack(artifact, tmp_path / "artifact")
