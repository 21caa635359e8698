"""A batch transform job: a model server, every input object through it, the answers to S3 as <input key>.out."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from emulator.sagemaker import archives
from emulator.sagemaker.containers import environment
from emulator.sagemaker.containers.starter import ContainerSpec
from emulator.sagemaker.errors import JobFailed
from emulator.sagemaker.jobs.job import Job
from emulator.sagemaker.jobs.machine import SHARED, Machine
from emulator.sagemaker.jobs.requests import Requests
from emulator.sagemaker.jobs.served import container
from emulator.sagemaker.serving.model_server import ModelServer, ServerGone
from emulator.sagemaker.transfers import Item, Transfers

STARTS = 2
LAST_WORDS_S = 1.0  # a process whose socket closed is about to end; its exit code tells why
KEPT = "emulator: model server reused from an earlier job of the same model, role and settings (kept warm for 60 s)"


def execute(job: Job, machine: Machine) -> None:
    """Run a transform job to its end. Raises JobFailed or JobStopped."""
    params = job.body
    model = job.plane.store.get("Model", params["ModelName"])
    if model is None:
        raise JobFailed(f"ClientError: model {params['ModelName']} was deleted before the job started")
    credentials, s3 = machine.roles.enter(model["ExecutionRoleArn"])
    source = params["TransformInput"]["DataSource"]["S3DataSource"]
    items = s3.items(source["S3Uri"], source["S3DataType"])
    job.check_stopped()
    job.set({"TransformStartTime": job.plane.now()})
    served = container(job.plane, model)
    env = _environment(params, served)
    key = json.dumps([model["ModelArn"], model["CreationTime"], model["ExecutionRoleArn"], served["Image"], env])
    server = machine.pool.take(key[1:])
    if server and server.model_data and server.model_data != s3.version(served["ModelDataUrl"]):
        server.close()
        server = None
    if server:
        job.log([KEPT])
    server = server or _start(job, machine, s3, served, {**credentials, **env}, model)
    healthy = False
    try:
        _transform(job, s3, server, items)
        healthy = True
    finally:
        server.on_lines = lambda lines: None
        job.detach(server.container)
        if healthy and not server.ended.is_set():
            machine.pool.give(key[1:], server)
        else:
            server.close()


def _environment(params: dict[str, Any], served: dict[str, Any]) -> dict[str, str]:
    return {
        **served.get("Environment", {}),
        "SM_MODEL_DIR": "/opt/ml/model",
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": str(params.get("MaxPayloadInMB", 6)),
        "SAGEMAKER_BATCH_STRATEGY": params.get("BatchStrategy", "MultiRecord"),
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": str(params.get("MaxConcurrentTransforms", 1) or 1),
        **params.get("Environment", {}),
    }


def _start(
    job: Job, machine: Machine, s3: Transfers, served: dict[str, Any], env: dict[str, str], model: dict[str, Any]
) -> ModelServer:
    """Unpack the model and start its server, again when it dies while loading."""
    runtime = job.plane.images.runtime(served["Image"])
    isolated = model.get("EnableNetworkIsolation", False)
    if isolated and not machine.starter.namespaces.isolate:
        raise JobFailed(SHARED)
    for attempt in range(1, STARTS + 1):
        folder, model_data = _folder(job, s3, served)
        base = environment.base(job.plane.cloud, runtime, folder=folder, credentials={})
        spec = ContainerSpec(runtime, [], {**base, **env}, folder / "ml", "/opt/ml/model", isolated)
        server = ModelServer(spec, machine.starter, folder, job.log, model_data)
        job.attach(server.container)
        try:
            server.wait_ready()
            return server
        except ServerGone:
            server.close(LAST_WORDS_S)
            job.detach(server.container)
            job.log([f"emulator: the model server ended with exit code {server.status} while loading ({attempt})"])
            job.check_stopped()
    raise JobFailed(
        f"AlgorithmError: the model server of {model['ModelName']} did not start; see job logs for more information "
        f"({job.kind.log_group} {job.stream}; last line: {job.last_line})"
    )


def _folder(job: Job, s3: Transfers, served: dict[str, Any]) -> tuple[Path, str]:
    """A fresh folder with the model unpacked in ml/model, and the model data's ETag."""
    folder = job.plane.folder / "servers" / uuid.uuid4().hex
    (folder / "ml" / "model").mkdir(parents=True)
    model_data = ""
    if "ModelDataUrl" in served:
        model_data = s3.fetch(served["ModelDataUrl"], folder / "model.tar.gz")
        archives.unpack(folder / "model.tar.gz", folder / "ml" / "model", served["ModelDataUrl"])
    return folder, model_data


def _transform(job: Job, s3: Transfers, server: ModelServer, items: list[Item]) -> None:
    """Every object; one that fails leaves no output and fails the job once the others are done, as on AWS."""
    server.on_lines = job.log
    job.attach(server.container)
    requests = Requests(job, s3, server)
    workers = job.body.get("MaxConcurrentTransforms", 1) or 1
    with ThreadPoolExecutor(workers) as threads:
        problems = [problem for problem in threads.map(requests.transform, items) if problem]
    job.check_stopped()
    if problems:
        raise JobFailed(problems[0])
