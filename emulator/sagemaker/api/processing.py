"""CreateProcessingJob: what is accepted, and the first Describe answer."""

from __future__ import annotations

from emulator.sagemaker.api.jobs import refuse_fleet, submit
from emulator.sagemaker.errors import invalid, refused
from emulator.sagemaker.jobs.engine import Engine
from emulator.sagemaker.kinds import PROCESSING
from emulator.sagemaker.plane import Params, Plane, Result

ROOT = "/opt/ml/processing/"
S3_INPUT = {"S3InputMode": "File", "S3CompressionType": "None"}


def create(plane: Plane, engine: Engine, params: Params) -> Result:
    """Accept a processing job and start it."""
    refuse_fleet(params["ProcessingResources"]["ClusterConfig"])
    if params.get("NetworkConfig", {}).get("VpcConfig"):
        raise refused("NetworkConfig VpcConfig", "leave it out: there are no VPCs here")
    for source in params.get("ProcessingInputs", []):
        _check_input(source)
    for output in (params.get("ProcessingOutputConfig") or {}).get("Outputs", []):
        if "S3Output" not in output:
            raise refused(f"output {output['OutputName']}: FeatureStoreOutput", "use S3Output")
        if output["S3Output"]["S3UploadMode"] != "EndOfJob":
            raise refused(f"output {output['OutputName']}: S3UploadMode Continuous", "use EndOfJob")
        _check_path(output["S3Output"])
    return submit(plane, engine, PROCESSING, params)


def _check_input(source: Params) -> None:
    name = f"input {source['InputName']}"
    if source.get("AppManaged"):
        raise refused(f"{name}: AppManaged", "leave it out: inputs are copied before the start")
    if "S3Input" not in source:
        raise refused(f"{name}: DatasetDefinition", "use S3Input")
    for member, only in S3_INPUT.items():
        if source["S3Input"].get(member, only) != only:
            raise refused(f"{name}: {member} {source['S3Input'][member]}", f"use {only}")
    _check_path(source["S3Input"])


def _check_path(transfer: Params) -> None:
    path = transfer.get("LocalPath", "")
    if not path.startswith(ROOT) or ".." in path:
        raise invalid(f"LocalPath '{path}' must be a folder below {ROOT}")
