"""A processing job: inputs down, program, outputs up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from emulator.sagemaker.containers import environment
from emulator.sagemaker.containers.starter import ContainerSpec
from emulator.sagemaker.errors import JobFailed
from emulator.sagemaker.jobs.job import Job
from emulator.sagemaker.jobs.machine import Machine, finish
from emulator.sagemaker.transfers import Transfers

ONE_DAY_S = 86_400
NO_PROGRAM = "ClientError: the emulator does not know the program of image {image}: give ContainerEntrypoint"
CONFIGURED = ("ProcessingInputs", "ProcessingOutputConfig", "ProcessingResources", "AppSpecification", "RoleArn")


def execute(job: Job, machine: Machine) -> None:
    """Run a processing job to its end. Raises JobFailed or JobStopped."""
    params, ml = job.body, job.folder / "ml"
    application = params["AppSpecification"]
    if "ContainerEntrypoint" not in application:
        raise JobFailed(NO_PROGRAM.format(image=application["ImageUri"]))
    runtime = job.plane.images.runtime(application["ImageUri"])
    credentials, s3 = machine.roles.enter(params["RoleArn"])
    _prepare(params, s3, ml)
    job.check_stopped()
    job.set({"ProcessingStartTime": job.plane.now()})
    base = environment.base(job.plane.cloud, runtime, folder=job.folder, credentials=credentials)
    argv = [*application["ContainerEntrypoint"], *application.get("ContainerArguments", [])]
    isolated = params.get("NetworkConfig", {}).get("EnableNetworkIsolation", False)
    names = {"PROCESSING_JOB_NAME": job.name, "PROCESSING_JOB_ARN": params["ProcessingJobArn"]}
    env = {**base, **names, **params.get("Environment", {})}
    limit = params.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", ONE_DAY_S)
    status = machine.run(job, ContainerSpec(runtime, argv, env, ml, isolated=isolated), limit)
    message = ml / "output" / "message"
    if message.is_file():
        job.set({"ExitMessage": message.read_text(errors="replace")[:1024]}, tell=False)
    finish(job, status)
    for output in _outputs(params):
        s3.upload(_local(ml, output), output["S3Uri"], params["ProcessingOutputConfig"].get("KmsKeyId", ""))


def _prepare(params: dict[str, Any], s3: Transfers, ml: Path) -> None:
    for name in ("config", "processing", "output"):
        (ml / name).mkdir(parents=True, exist_ok=True)
    configuration = {name: params[name] for name in (*CONFIGURED, "ProcessingJobArn", "Environment") if name in params}
    (ml / "config" / "processingjobconfig.json").write_text(json.dumps(configuration))
    (ml / "config" / "resourceconfig.json").write_text(json.dumps(environment.resource_config()))
    for output in _outputs(params):
        _local(ml, output).mkdir(parents=True, exist_ok=True)
    for source in params.get("ProcessingInputs", []):
        s3.download(source["S3Input"]["S3Uri"], source["S3Input"]["S3DataType"], _local(ml, source["S3Input"]))


def _outputs(params: dict[str, Any]) -> list[dict[str, str]]:
    return [output["S3Output"] for output in params.get("ProcessingOutputConfig", {}).get("Outputs", [])]


def _local(ml: Path, transfer: dict[str, str]) -> Path:
    return ml / transfer["LocalPath"].removeprefix("/opt/ml/")
