"""Processing jobs, through boto3."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator.sagemaker.harness import IMAGE, ML, Emulator, finished, unique

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("sagemaker")]


def process(cloud: Emulator, role: str, script: str, **more: Any) -> str:
    """Start a processing job with one input and one output; its name."""
    name = unique("process")
    cloud.put(f"code/{name}/run.py", script)
    cloud.put(f"in/{name}/a.csv", "1,2")
    inputs = {"code": f"code/{name}/run.py", "data": f"in/{name}"}
    request = {
        "ProcessingJobName": name,
        "RoleArn": role,
        "AppSpecification": {
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/run.py"],
            "ContainerArguments": ["--out", "/opt/ml/processing/output/x"],
        },
        "ProcessingInputs": [
            {"InputName": channel, "S3Input": {
                "S3Uri": f"s3://{cloud.bucket}/{key}", "LocalPath": f"/opt/ml/processing/input/{channel}",
                "S3DataType": "S3Prefix", "S3InputMode": "File"}}
            for channel, key in inputs.items()
        ],
        "ProcessingOutputConfig": {"Outputs": [{"OutputName": "x", "S3Output": {
            "S3Uri": f"s3://{cloud.bucket}/out/{name}", "LocalPath": "/opt/ml/processing/output/x",
            "S3UploadMode": "EndOfJob"}}]},
        "ProcessingResources": {"ClusterConfig": {**ML, "VolumeSizeInGB": 1}},
    }  # fmt: skip
    cloud.client("sagemaker").create_processing_job(**{**request, **more})
    return name


def test_outputs_are_uploaded_and_the_message_is_the_exit_message(cloud: Emulator, role: str) -> None:
    script = """
import json, pathlib, sys
folder = pathlib.Path(sys.argv[2])
rows = pathlib.Path("/opt/ml/processing/input/data/a.csv").read_text()
config = json.loads(pathlib.Path("/opt/ml/config/processingjobconfig.json").read_text())
(folder / "deep").mkdir()
(folder / "deep" / "r.json").write_text(json.dumps([rows, config["ProcessingInputs"][1]["InputName"]]))
pathlib.Path("/opt/ml/output/message").write_text("2 columns")
"""
    name = process(cloud, role, script)
    job = finished(cloud, "processing", name)
    assert job["ProcessingJobStatus"] == "Completed", job
    assert job["ExitMessage"] == "2 columns"
    assert json.loads(cloud.read(f"s3://lake/out/{name}/deep/r.json")) == ["1,2", "data"]


def test_a_failed_program_uploads_nothing(cloud: Emulator, role: str) -> None:
    script = "import sys; open(sys.argv[2] + '/r', 'w').write('half'); sys.exit('no such day')"
    name = process(cloud, role, script)
    job = finished(cloud, "processing", name)
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"].endswith("last line: no such day), exit code: 1")
    assert "Contents" not in cloud.client("s3").list_objects_v2(Bucket=cloud.bucket, Prefix=f"out/{name}")


def test_a_job_that_runs_too_long_is_stopped(cloud: Emulator, role: str) -> None:
    limit = {"MaxRuntimeInSeconds": 1}
    name = process(cloud, role, "import time; time.sleep(60)", StoppingCondition=limit)
    assert finished(cloud, "processing", name)["ProcessingJobStatus"] == "Stopped"


def test_a_prefix_without_objects_fails_the_job(cloud: Emulator, role: str) -> None:
    source = {"S3Uri": "s3://lake/nothing/", "LocalPath": "/opt/ml/processing/input/a", "S3DataType": "S3Prefix"}
    name = process(cloud, role, "", ProcessingInputs=[{"InputName": "a", "S3Input": source}])
    assert "No S3 objects found" in finished(cloud, "processing", name)["FailureReason"]
