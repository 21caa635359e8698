"""Batch transform jobs, through boto3."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.sagemaker.harness import ML, SERVING, Emulator, finished, tar_gz, unique

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("sagemaker")]

DOUBLE = """
import os, pathlib
from near import FACTOR
def model_fn(model_dir):
    assert pathlib.Path(model_dir, "near.py").exists() or pathlib.Path(model_dir, "code", "near.py").exists()
    print("loaded", os.environ["LEVEL"], os.getpid())
    return FACTOR
def input_fn(body, content_type):
    print("batch of", len(body.splitlines()), content_type)
    return [float(line) for line in body.decode().splitlines()]
def predict_fn(rows, model):
    return [row * model for row in rows]
def output_fn(prediction, accept):
    return "\\n".join(map(str, prediction)) + "\\n", accept
"""


@pytest.fixture(scope="module")
def model(cloud: Emulator) -> str:
    """A model that doubles every line."""
    return make(cloud, DOUBLE)


def make(cloud: Emulator, script: str) -> str:
    """Register a model whose server runs a script; its name."""
    name = unique("model")
    uri = cloud.put(f"models/{name}.tar.gz", tar_gz(code__inference=script, code__near="FACTOR = 2"))
    environment = {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
        "LEVEL": "high",
    }
    container = {"Image": SERVING, "ModelDataUrl": uri, "Environment": environment}
    cloud.client("sagemaker").create_model(
        ModelName=name, PrimaryContainer=container, ExecutionRoleArn="arn:aws:iam::000000000000:role/job"
    )
    return name


def transform(cloud: Emulator, model: str, files: dict[str, str], split: str = "None", **more: Any) -> dict[str, Any]:
    """Run a transform job over some objects to its end; its Describe answer."""
    name = unique("transform")
    for key, content in files.items():
        cloud.put(f"t/{name}/{key}", content)
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{cloud.bucket}/t/{name}/"}}
    cloud.client("sagemaker").create_transform_job(
        TransformJobName=name,
        ModelName=model,
        TransformInput={"DataSource": source, "ContentType": "text/csv", "SplitType": split},
        TransformOutput={"S3OutputPath": f"s3://{cloud.bucket}/o/{name}/", "Accept": "text/csv"},
        TransformResources=ML,
        **more,
    )
    return finished(cloud, "transform", name)


def outputs(cloud: Emulator, job: dict[str, Any]) -> dict[str, str]:
    """What a job wrote, by key below its output path."""
    prefix = f"o/{job['TransformJobName']}/"
    found = cloud.client("s3").list_objects_v2(Bucket=cloud.bucket, Prefix=prefix).get("Contents", [])
    return {o["Key"].removeprefix(prefix): cloud.read(f"s3://lake/{o['Key']}").decode() for o in found}


def log(cloud: Emulator, job: dict[str, Any]) -> list[str]:
    """A job's log."""
    return cloud.logs("/aws/sagemaker/TransformJobs", job["TransformJobName"])


def test_an_object_is_one_request_and_its_output_is_its_key_and_out(cloud: Emulator, model: str) -> None:
    job = transform(cloud, model, {"a.csv": "1\n2\n", "deep/b.csv": "3"})
    assert job["TransformJobStatus"] == "Completed", job
    assert outputs(cloud, job) == {"a.csv.out": "2.0\n4.0\n", "deep/b.csv.out": "6.0\n"}
    assert "batch of 2 text/csv" in log(cloud, job)


@pytest.mark.parametrize(("strategy", "sizes"), [("SingleRecord", ["1", "1", "1"]), ("MultiRecord", ["3"])])
def test_lines_are_batched_by_the_strategy(cloud: Emulator, model: str, strategy: str, sizes: list[str]) -> None:
    job = transform(cloud, model, {"a.csv": "1\n2\n3\n"}, "Line", BatchStrategy=strategy)
    assert outputs(cloud, job) == {"a.csv.out": "2.0\n4.0\n6.0\n"}
    assert [line.split()[2] for line in log(cloud, job) if line.startswith("batch of")] == sizes


def test_a_bad_record_leaves_no_output_and_fails_the_job_after_the_other_files(cloud: Emulator, model: str) -> None:
    job = transform(cloud, model, {"a.csv": "1\nbad\n", "b.csv": "5\n"}, "Line", BatchStrategy="SingleRecord",
                    ModelClientConfig={"InvocationsMaxRetries": 0})  # fmt: skip
    assert job["TransformJobStatus"] == "Failed"
    assert "could not convert string to float" in job["FailureReason"]
    assert outputs(cloud, job) == {"b.csv.out": "10.0\n"}
    assert any("Bad HTTP status received from algorithm: 500" in line for line in log(cloud, job))


def test_an_object_above_the_payload_limit_fails_the_job(cloud: Emulator, model: str) -> None:
    job = transform(cloud, model, {"a.csv": "1\n" * 600_000}, MaxPayloadInMB=1)
    assert job["FailureReason"].startswith("ClientError")


def test_input_and_output_are_joined_and_filtered(cloud: Emulator, model: str) -> None:
    processing = {"InputFilter": "$[1]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}
    job = transform(cloud, model, {"a.csv": "id1,4\nid2,5\n"}, "Line", DataProcessing=processing)
    assert outputs(cloud, job) == {"a.csv.out": "id1,8.0\nid2,10.0\n"}, job


def test_a_warm_server_is_reused_and_the_log_says_so(cloud: Emulator) -> None:
    model = make(cloud, DOUBLE)
    cold, warm = (transform(cloud, model, {"a.csv": "1\n"}) for _ in range(2))
    assert any(line.startswith("loaded high") for line in log(cloud, cold))
    assert not any(line.startswith("loaded") for line in log(cloud, warm))
    assert any("model server reused" in line for line in log(cloud, warm))
    assert outputs(cloud, warm) == {"a.csv.out": "2.0\n"}
    other = transform(cloud, model, {"a.csv": "1\n"}, Environment={"LEVEL": "low"})
    assert any(line.startswith("loaded low") for line in log(cloud, other))


def test_changed_model_data_gets_another_server(cloud: Emulator) -> None:
    model = make(cloud, DOUBLE)
    assert outputs(cloud, transform(cloud, model, {"a.csv": "1\n"})) == {"a.csv.out": "2.0\n"}
    cloud.put(f"models/{model}.tar.gz", tar_gz(code__inference=DOUBLE, code__near="FACTOR = 3"))
    assert outputs(cloud, transform(cloud, model, {"a.csv": "1\n"})) == {"a.csv.out": "3.0\n"}


def test_a_model_that_does_not_load_fails_the_job(cloud: Emulator) -> None:
    job = transform(cloud, make(cloud, "def model_fn(d): raise OSError('model.onnx is broken')"), {"a.csv": "1"})
    assert "model.onnx is broken" in job["FailureReason"]
    assert sum(line.startswith("OSError") for line in log(cloud, job)) == 2  # started twice


def test_stopping_ends_the_server(cloud: Emulator) -> None:
    model = make(cloud, "import time\ndef model_fn(d): time.sleep(60)")
    name = unique("transform")
    cloud.put(f"t/{name}/a", "1")
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://lake/t/{name}/a"}}
    sagemaker = cloud.client("sagemaker")
    sagemaker.create_transform_job(
        TransformJobName=name, ModelName=model, TransformInput={"DataSource": source},
        TransformOutput={"S3OutputPath": "s3://lake/o"}, TransformResources=ML)  # fmt: skip
    sagemaker.stop_transform_job(TransformJobName=name)
    assert finished(cloud, "transform", name)["TransformJobStatus"] == "Stopped"
