"""CreateTrainingJob: what is accepted, and the first Describe answer."""

from __future__ import annotations

from emulator.sagemaker.api.jobs import refuse_fleet, submit
from emulator.sagemaker.errors import invalid, refused
from emulator.sagemaker.jobs.engine import Engine
from emulator.sagemaker.kinds import TRAINING
from emulator.sagemaker.plane import Params, Plane, Result

ONE_DAY_S = 86_400
CHECKPOINTS = "/opt/ml/checkpoints"
ABSENT = (
    "DebugRuleConfigurations",
    "RemoteDebugConfig",
    "ServerlessJobConfig",
    "ModelPackageConfig",
    "RetryStrategy",
    "VpcConfig",
    "TensorBoardOutputConfig",
)


def create(plane: Plane, engine: Engine, params: Params) -> Result:
    """Accept a training job and start it."""
    _check(params)
    stopping = {"MaxRuntimeInSeconds": ONE_DAY_S} | params["StoppingCondition"]
    artifacts = f"{params['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{params['TrainingJobName']}/output"
    packed = params["OutputDataConfig"].get("CompressionType", "GZIP") == "GZIP"
    body = params | {
        "StoppingCondition": stopping,
        "ModelArtifacts": {"S3ModelArtifacts": f"{artifacts}/model.tar.gz" if packed else f"{artifacts}/model/"},
        "SecondaryStatus": "Starting",
        "SecondaryStatusTransitions": [],
    }
    return submit(plane, engine, TRAINING, body)


def _check(params: Params) -> None:
    """Refuse what cannot be executed faithfully."""
    for name in ABSENT:
        if params.get(name):
            raise refused(name, "leave it out")
    algorithm = params.get("AlgorithmSpecification") or {}
    if "TrainingImage" not in algorithm:
        raise refused("AlgorithmSpecification without TrainingImage", "name an image with Python")
    if "StoppingCondition" not in params or "ResourceConfig" not in params or "OutputDataConfig" not in params:
        raise invalid("StoppingCondition, ResourceConfig and OutputDataConfig are required")
    refuse_fleet(params["ResourceConfig"])
    if params.get("CheckpointConfig", {}).get("LocalPath", CHECKPOINTS) != CHECKPOINTS:
        raise refused(f"CheckpointConfig LocalPath {params['CheckpointConfig']['LocalPath']}", f"use {CHECKPOINTS}")
    for channel in params.get("InputDataConfig", []):
        _check_channel(channel, algorithm["TrainingInputMode"])


def _check_channel(channel: Params, mode: str) -> None:
    name = f"channel {channel['ChannelName']}"
    if "S3DataSource" not in channel["DataSource"]:
        raise refused(f"{name}: a data source other than S3", "use S3DataSource")
    if channel.get("InputMode", mode) == "Pipe":
        raise refused(f"{name}: InputMode Pipe", "use File or FastFile (both are copied before the start)")
    if channel["DataSource"]["S3DataSource"]["S3DataType"] not in ("S3Prefix", "ManifestFile"):
        raise refused(f"{name}: {channel['DataSource']['S3DataSource']['S3DataType']}", "use S3Prefix or ManifestFile")
    for member in ("CompressionType", "RecordWrapperType"):
        if channel.get(member, "None") != "None":
            raise refused(f"{name}: {member} {channel[member]}", "unpack the data first")
