"""Training jobs, through boto3."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator.running import eventually
from tests.emulator.sagemaker.harness import Emulator, finished, train, unpacked

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("sagemaker")]

SCRIPT = """
import json, os, sys
from pathlib import Path
environ = {k: v for k, v in os.environ.items()}
rows = Path(os.environ["SM_CHANNEL_TRAIN"], "a.csv").read_text()
assert Path("/opt/ml/input/data/train/sub/b.csv").read_text() == "9"
print("loss=0.5;")
print("loss=0.25;")
Path(os.environ["SM_MODEL_DIR"], "model.json").write_text(json.dumps({"rows": rows, "argv": sys.argv[1:]}))
Path(os.environ["SM_OUTPUT_DATA_DIR"], "environ.json").write_text(json.dumps(environ))
"""


def channel(name: str, uri: str, data_type: str = "S3Prefix") -> dict[str, Any]:
    """One input channel."""
    return {"ChannelName": name, "DataSource": {"S3DataSource": {"S3DataType": data_type, "S3Uri": uri}}}


def test_a_training_job_reads_its_channels_and_leaves_its_model_on_s3(cloud: Emulator, role: str) -> None:
    cloud.put("data/t/a.csv", "1,2,3")
    cloud.put("data/t/sub/b.csv", "9")
    name = train(
        cloud,
        role,
        SCRIPT,
        InputDataConfig=[channel("train", f"s3://{cloud.bucket}/data/t/")],
        HyperParameters={"rate": "0.1", "deep-er": "true", "name": "x y"},
        AlgorithmSpecification={"MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+);"}]},
        Environment={"MINE": "yes"},
    )
    cloud.client("sagemaker").get_waiter("training_job_completed_or_stopped").wait(
        TrainingJobName=name, WaiterConfig={"Delay": 1}
    )
    job = finished(cloud, "training", name)
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Completed"
    statuses = [step["Status"] for step in job["SecondaryStatusTransitions"]]
    assert statuses == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert [(m["MetricName"], m["Value"]) for m in job["FinalMetricDataList"]] == [("loss", 0.25)]
    uri = job["ModelArtifacts"]["S3ModelArtifacts"]
    assert uri == f"s3://{cloud.bucket}/out/{name}/output/model.tar.gz"
    model = json.loads(unpacked(cloud.read(uri))["model.json"])
    assert model == {"rows": "1,2,3", "argv": ["--deep-er", "True", "--name", "x y", "--rate", "0.1"]}
    environ = json.loads(unpacked(cloud.read(uri.replace("model.tar", "output.tar")))["environ.json"])
    assert environ["MINE"] == "yes"
    assert environ["SM_CHANNELS"] == '["train"]'
    assert environ["SM_HP_RATE"] == "0.1"
    assert environ["AWS_ENDPOINT_URL"] == cloud.endpoint
    assert {key for key in environ if key.startswith(("PYTEST", "VIRTUAL_ENV", "USER"))} == set()
    assert "loss=0.25;" in cloud.logs("/aws/sagemaker/TrainingJobs", name)


def test_a_manifest_names_the_files_of_a_channel(cloud: Emulator, role: str) -> None:
    cloud.put("snap/1/a.csv", "1,2,3")
    cloud.put("snap/1/sub/b.csv", "9")
    cloud.put("snap/1/never.csv", "0")
    files = [{"prefix": f"s3://{cloud.bucket}/snap/1/"}, "a.csv", "sub/b.csv"]
    manifest = cloud.put("runs/1.manifest", json.dumps(files))
    look = "from pathlib import Path\nassert not Path('/opt/ml/input/data/train/never.csv').exists()\n"
    name = train(cloud, role, look + SCRIPT, InputDataConfig=[channel("train", manifest, "ManifestFile")])
    assert finished(cloud, "training", name)["TrainingJobStatus"] == "Completed"


def test_a_manifest_that_leads_out_of_the_channel_fails_the_job_and_writes_nothing(cloud: Emulator, role: str) -> None:
    cloud.put("outside.txt", "escaped")
    files = [{"prefix": f"s3://{cloud.bucket}/snap/1/../../"}, "../../../../outside.txt"]
    cloud.put("snap/1/../../../../../../outside.txt", "escaped")
    manifest = cloud.put("runs/2.manifest", json.dumps(files))
    job = finished(
        cloud, "training", train(cloud, role, SCRIPT, InputDataConfig=[channel("train", manifest, "ManifestFile")])
    )
    assert job["TrainingJobStatus"] == "Failed"
    assert "outside of the input's folder" in job["FailureReason"]


def test_an_exception_fails_the_job_with_its_last_line_and_exit_code(cloud: Emulator, role: str) -> None:
    job = finished(cloud, "training", train(cloud, role, "raise ValueError('no rows')"))
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Failed"
    assert job["FailureReason"].startswith("AlgorithmError: ")
    assert job["FailureReason"].endswith("last line: ValueError: no rows), exit code: 1")


def test_what_is_written_to_output_failure_is_the_failure_reason(cloud: Emulator, role: str) -> None:
    script = "open('/opt/ml/output/failure', 'w').write('bad column: x' + '!' * 2000)\nraise SystemExit(3)"
    reason = finished(cloud, "training", train(cloud, role, script))["FailureReason"]
    assert reason.startswith("AlgorithmError: bad column: x!")
    assert reason.endswith(", exit code: 3")
    assert len(reason) == 1024


def test_stopping_a_job_sends_sigterm_and_keeps_its_model(cloud: Emulator, role: str) -> None:
    script = """
    import signal, sys, time
    def end(*_):
        open("/opt/ml/model/last", "w").write("checkpoint")
        sys.exit(0)
    signal.signal(signal.SIGTERM, end)
    print("running")
    time.sleep(60)
    """
    name = train(cloud, role, script)
    eventually(lambda: "running" in _log(cloud, name))
    cloud.client("sagemaker").stop_training_job(TrainingJobName=name)
    job = finished(cloud, "training", name)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert unpacked(cloud.read(job["ModelArtifacts"]["S3ModelArtifacts"])) == {"last": b"checkpoint"}


def _log(cloud: Emulator, name: str) -> list[str]:
    try:
        return cloud.logs("/aws/sagemaker/TrainingJobs", name)
    except cloud.client("logs").exceptions.ResourceNotFoundException:
        return []


def test_a_job_that_runs_too_long_is_stopped(cloud: Emulator, role: str) -> None:
    name = train(cloud, role, "import time; time.sleep(60)", StoppingCondition={"MaxRuntimeInSeconds": 1})
    job = finished(cloud, "training", name)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")


def test_an_image_that_nobody_knows_is_named_in_the_failure(cloud: Emulator, role: str) -> None:
    image = "example.com/rust-trainer:1"
    name = train(cloud, role, "pass", AlgorithmSpecification={"TrainingImage": image})
    assert image in finished(cloud, "training", name)["FailureReason"]


def test_an_entrypoint_runs_with_its_arguments(cloud: Emulator, role: str) -> None:
    command = 'python3 -c "import sys; print(sys.argv[1:])" "$@" > /opt/ml/model/argv'
    algorithm = {"ContainerEntrypoint": ["sh", "-c", command, "sh"], "ContainerArguments": ["--a", "b c"]}
    job = finished(cloud, "training", train(cloud, role, "", AlgorithmSpecification=algorithm))
    assert unpacked(cloud.read(job["ModelArtifacts"]["S3ModelArtifacts"]))["argv"] == b"['--a', 'b c']\n"


def test_network_isolation_takes_the_network_away(cloud: Emulator, role: str) -> None:
    script = """
    import os, urllib.request
    try:
        urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"])
    except OSError as error:
        raise SystemExit(0 if "refused" in str(error) or "unreachable" in str(error) else 4)
    raise SystemExit(5)
    """
    job = finished(cloud, "training", train(cloud, role, script, EnableNetworkIsolation=True))
    assert job["TrainingJobStatus"] == "Completed", job["FailureReason"]


def test_every_change_of_status_is_an_event(cloud: Emulator, role: str, events: Any) -> None:
    name = train(cloud, role, "raise ValueError('no rows')")
    finished(cloud, "training", name)

    def mine() -> list[dict[str, Any]]:
        return [event for event in events() if event["detail"].get("TrainingJobName") == name]

    eventually(lambda: len(mine()) >= 4)
    found = mine()
    assert {(e["source"], e["detail-type"]) for e in found} == {
        ("aws.sagemaker", "SageMaker Training Job State Change")
    }
    assert {e["detail"]["SecondaryStatus"] for e in found} == {"Starting", "Downloading", "Training", "Failed"}
    last = next(e for e in found if e["detail"]["TrainingJobStatus"] == "Failed")
    assert last["resources"] == [last["detail"]["TrainingJobArn"]]
    assert "no rows" in last["detail"]["FailureReason"]
    assert isinstance(last["detail"]["CreationTime"], int)


def test_checkpoints_come_back_to_the_next_job(cloud: Emulator, role: str) -> None:
    script = """
    from pathlib import Path
    path = Path("/opt/ml/checkpoints/epoch")
    epoch = int(path.read_text()) + 1 if path.exists() else 1
    path.write_text(str(epoch))
    """
    config = {"S3Uri": f"s3://{cloud.bucket}/checkpoints"}
    for _ in range(2):
        finished(cloud, "training", train(cloud, role, script, CheckpointConfig=config))
    assert cloud.read(f"s3://{cloud.bucket}/checkpoints/epoch") == b"2"
