"""One flight, one prediction: over HTTP, in the night's batch, and from the model as it was fitted."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from cumulet.adapters.online import OnlineStore
from cumulet.adapters.session import client
from cumulet.cli.workspace import Workspace
from cumulet.contracts import lake as keys
from cumulet.core.context import join
from tests.loop.conftest import FIRST_NIGHT, Loop
from training import artifact, dataset, fitting

NIGHT_OF_THE_TEST = date(2015, 1, 1)
ROWS, SOME = 1_000, 50


def flights(workspace: Workspace) -> list[dict[str, Any]]:
    """1,000 flights; of some the plane is not known, of some carrier and destination were never seen."""
    use_case = workspace.use_case
    table = workspace.lake.read_table(keys.features("flights", FIRST_NIGHT), use_case.schema.names)
    found = use_case.schema.records(table)
    records = [{**found[n % len(found)], "id": f"parity-{n}"} for n in range(ROWS)]
    for record in records[:SOME]:
        record.update(plane_year=None, seats=None)
    for record in records[SOME // 2 : 2 * SOME]:
        record.update(carrier="ZZ", dest="ZZZ")
    return records


def forget_online(workspace: Workspace) -> None:
    """Empty the online store of the use case's context features."""
    dynamodb, table = client("dynamodb"), workspace.outputs.online_table
    for item in dynamodb.scan(TableName=table)["Items"]:
        if item["sk"]["S"].startswith("context#"):
            dynamodb.delete_item(TableName=table, Key={name: item[name] for name in ("pk", "sk")})


def fitted(workspace: Workspace, folder: Path) -> Any:
    """The model as Fit fitted it, before it was converted: fitted again on the same snapshot, with the same seed."""
    use_case = workspace.use_case
    prefix = keys.snapshot("flights", workspace.registry.find("1").metadata["dataset_id"])
    for name in (dataset.DATA, dataset.MANIFEST):
        (folder / name).write_bytes(workspace.lake.get(prefix + name))
    rows, _ = dataset.read(folder, use_case)
    drawn = dataset.limited(rows, use_case.fit_rows.maximum, use_case.fit_rows.half_life_days)
    fit = artifact.fit(use_case, use_case.candidates[0], drawn)
    return lambda columns: use_case.task.read(fitting.outputs(fit.model, use_case.transform(columns, fit.state)))


def in_batch(workspace: Workspace, columns: Any) -> np.ndarray:
    """Scored by a batch transform with the champion's SageMaker model, Parquet in and out."""
    sagemaker, lake, day = client("sagemaker"), workspace.lake, NIGHT_OF_THE_TEST
    lake.write_table(keys.features("flights", day), columns)
    name = f"parity-{time.time_ns()}"
    source = {"S3DataType": "S3Prefix", "S3Uri": lake.uri(keys.features("flights", day))}
    sagemaker.create_transform_job(
        TransformJobName=name,
        ModelName=workspace.champion.model_name("flights"),
        MaxPayloadInMB=100,
        TransformInput={
            "DataSource": {"S3DataSource": source},
            "ContentType": "application/x-parquet",
            "SplitType": "None",
        },
        TransformOutput={
            "S3OutputPath": lake.uri(keys.predictions("flights", day, "1")).rstrip("/"),
            "Accept": "application/x-parquet",
        },
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    sagemaker.get_waiter("transform_job_completed_or_stopped").wait(
        TransformJobName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    scored = lake.read_table(keys.prediction_file("flights", day, "1"))
    assert scored["id"].tolist() == columns["id"].tolist()
    return scored["prediction"]


def test_a_prediction_is_the_same_over_http_in_the_batch_and_from_the_fitted_model(loop: Loop, tmp_path: Path):
    workspace = loop.workspace
    forget_online(workspace)  # other tests ran later nights, which an earlier one does not overwrite
    workspace.nights.run(FIRST_NIGHT)
    loop.emulator.restart()  # `predict` keeps the context features for a minute
    records = flights(workspace)
    tables, cut_off, _ = OnlineStore(workspace.outputs.online_table).read("flights")
    assert cut_off == workspace.nights.cut_off(FIRST_NIGHT)
    columns = join(workspace.use_case, workspace.use_case.schema.columns(records), tables)
    assert np.mean([np.isfinite(columns[name]).mean() for name in workspace.use_case.context.names]) > 0.9
    from_fit = fitted(workspace, tmp_path)(columns)
    of_the_night = workspace.lake.read_table(keys.prediction_file("flights", FIRST_NIGHT, "1"))["prediction"]
    assert np.abs(of_the_night[2 * SOME :] - from_fit[2 * SOME : len(of_the_night)]).max() <= 1e-6
    over_http = np.array([one["prediction"] for one in workspace.api.predict(records)["predictions"]])
    assert len(from_fit) == ROWS
    assert len(np.unique(from_fit)) > ROWS / 2
    assert np.abs(over_http - from_fit).max() <= 1e-6
    assert np.abs(in_batch(workspace, columns) - from_fit).max() <= 1e-6
