"""A training job: download, run, upload. Layout and environment are those of SageMaker's training toolkit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from emulator.sagemaker import archives
from emulator.sagemaker.containers import environment
from emulator.sagemaker.containers.starter import ContainerSpec
from emulator.sagemaker.errors import JobFailed
from emulator.sagemaker.jobs.job import Job
from emulator.sagemaker.jobs.machine import Machine, finish
from emulator.sagemaker.jobs.metrics import Metrics
from emulator.sagemaker.transfers import Transfers

MESSAGES = {
    "Starting": "Starting the training job",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Stopping": "Stopping the training job",
    "Completed": "Training job completed",
}
FOLDERS = ("input/config", "input/data", "model", "output/data", "code", "checkpoints")
NO_PROGRAM = (
    "ClientError: the emulator does not know the training program of image {image}: give AlgorithmSpecification."
    "ContainerEntrypoint, or the hyperparameters sagemaker_program and sagemaker_submit_directory"
)


def transition(job: Job, status: str, message: str = "") -> None:
    """Enter a secondary status."""
    job.set({"SecondaryStatus": status, "SecondaryStatusTransitions": transitions(job, status, message)})


def transitions(job: Job, status: str, message: str = "") -> list[dict[str, Any]]:
    """The secondary statuses so far, and one more that begins now."""
    now, past = job.plane.now(), list(job.body["SecondaryStatusTransitions"])
    if past:
        past[-1].setdefault("EndTime", now)
    return [*past, {"Status": status, "StartTime": now, "StatusMessage": message or MESSAGES.get(status, "")}]


def execute(job: Job, machine: Machine) -> None:
    """Run a training job to its end. Raises JobFailed or JobStopped."""
    params, ml = job.body, job.folder / "ml"
    transition(job, "Starting")
    image = params["AlgorithmSpecification"]["TrainingImage"]
    runtime = job.plane.images.runtime(image, params["TrainingJobName"])
    credentials, s3 = machine.roles.enter(params["RoleArn"])
    transition(job, "Downloading")
    _prepare(params, s3, ml)
    argv, folder = _program(params, s3, ml)
    job.check_stopped()
    base = environment.base(job.plane.cloud, runtime, folder=job.folder, credentials=credentials)
    env = {**base, **environment.training(params), **params.get("Environment", {})}
    isolated = params.get("EnableNetworkIsolation", False)
    metrics = Metrics(params["AlgorithmSpecification"].get("MetricDefinitions", []))
    transition(job, "Training")
    job.set({"TrainingStartTime": job.plane.now()}, tell=False)
    spec = ContainerSpec(runtime, argv, env, ml, folder, isolated)
    status = machine.run(job, spec, params["StoppingCondition"]["MaxRuntimeInSeconds"], metrics.read)
    job.set({"FinalMetricDataList": metrics.final(job.plane.now()) or None}, tell=False)
    if "CheckpointConfig" in params:
        s3.upload(ml / "checkpoints", params["CheckpointConfig"]["S3Uri"])
    if status == 0 or job.stopping:  # a stopped job's artifacts are kept, as on AWS
        transition(job, "Uploading")
        _upload(params, s3, ml)
    finish(job, status)


def _prepare(params: dict[str, Any], s3: Transfers, ml: Path) -> None:
    for name in FOLDERS:
        (ml / name).mkdir(parents=True, exist_ok=True)
    configuration = {
        "hyperparameters": params.get("HyperParameters", {}),
        "inputdataconfig": environment.input_data_config(params),
        "resourceconfig": environment.resource_config(),
    }
    for name, content in configuration.items():
        (ml / "input" / "config" / f"{name}.json").write_text(json.dumps(content))
    if "CheckpointConfig" in params:
        s3.restore(params["CheckpointConfig"]["S3Uri"], ml / "checkpoints")
    for channel in params.get("InputDataConfig", []):
        source = channel["DataSource"]["S3DataSource"]
        s3.download(source["S3Uri"], source["S3DataType"], ml / "input" / "data" / channel["ChannelName"])


def _program(params: dict[str, Any], s3: Transfers, ml: Path) -> tuple[list[str], str]:
    """The command and its working folder: the entrypoint given, else script mode."""
    algorithm = params["AlgorithmSpecification"]
    if "ContainerEntrypoint" in algorithm:
        return [*algorithm["ContainerEntrypoint"], *algorithm.get("ContainerArguments", [])], "/opt/ml/code"
    hyper = environment.decoded(params.get("HyperParameters", {}))
    if "sagemaker_program" not in hyper or "sagemaker_submit_directory" not in hyper:
        raise JobFailed(NO_PROGRAM.format(image=algorithm["TrainingImage"]))
    source = hyper["sagemaker_submit_directory"]
    folder = "/opt/ml/code" if source.endswith(".tar.gz") else source
    if folder != source:
        archive = ml / source.removeprefix("/opt/ml/")
        if source.startswith("s3://"):
            archive = ml.with_name("sourcedir.tar.gz")
            s3.fetch(source, archive)
        archives.unpack(archive, ml / "code", source)
    return ["python3", hyper["sagemaker_program"], *environment.arguments(hyper)], folder


def _upload(params: dict[str, Any], s3: Transfers, ml: Path) -> None:
    output = params["OutputDataConfig"]
    target, key = f"{output['S3OutputPath'].rstrip('/')}/{params['TrainingJobName']}/output", output.get("KmsKeyId", "")
    if output.get("CompressionType", "GZIP") == "NONE":
        s3.upload(ml / "model", f"{target}/model", key)
        s3.upload(ml / "output" / "data", f"{target}/data", key)
    else:
        s3.put_file(f"{target}/model.tar.gz", archives.pack(ml / "model", ml.with_name("model.tar.gz")), key)
        if any((ml / "output" / "data").iterdir()):
            packed = archives.pack(ml / "output" / "data", ml.with_name("output.tar.gz"))
            s3.put_file(f"{target}/output.tar.gz", packed, key)


def ended(job: Job, secondary: str, reason: str) -> dict[str, Any]:
    """What a training job's end adds to its Describe answer."""
    now, started = job.plane.now(), job.body.get("TrainingStartTime")
    seconds = max(1, round(now - started)) if started else 0
    times = {"TrainingTimeInSeconds": seconds, "BillableTimeInSeconds": seconds} if started else {}
    past = transitions(job, secondary, reason)
    past[-1]["EndTime"] = now
    return {"SecondaryStatus": secondary, "SecondaryStatusTransitions": past, **times}
