"""What a container finds in its environment and its configuration files: nothing of the host's, all of SageMaker's."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator.sagemaker.images import Runtime
from emulator.service import Cloud

HOST = "algo-1"
ML = "/opt/ml"


def base(cloud: Cloud, runtime: Runtime, *, folder: Path, credentials: Mapping[str, str]) -> dict[str, str]:
    """The environment of every container: region, endpoint and the role's credentials in a clean one."""
    return {
        "AWS_REGION": cloud.region,
        "AWS_DEFAULT_REGION": cloud.region,
        "AWS_ENDPOINT_URL": cloud.endpoint_url,
        **credentials,
        **clean(runtime, folder),
    }


def clean(runtime: Runtime, folder: Path) -> dict[str, str]:
    """A home and a temporary folder of its own, and nothing of the host's. The interpreter's folder leads PATH, so that
    `python3` in a shell is the image's.
    """
    for name in ("home", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.pathsep.join([str(Path(runtime.interpreter).parent), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "OMP_WAIT_POLICY": "PASSIVE",  # idle threads that spin take the cores from the jobs beside them
        # Threads that libraries start when they are imported, and a fork would lose: ONNX Runtime's reports to
        # Microsoft, and the thread that gives Arrow's freed memory back.
        "ORT_DISABLE_TELEMETRY": "1",
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
    }


def decoded(hyperparameters: Mapping[str, str]) -> dict[str, Any]:
    """Hyperparameters, each JSON-decoded by itself; what is not JSON stays a string."""
    return {name: _decoded(text) for name, text in hyperparameters.items()}


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def arguments(hyperparameters: Mapping[str, Any]) -> list[str]:
    """`--name value` for each, sorted; SageMaker's own (sagemaker_…) are not passed on."""
    own = sorted(name for name in hyperparameters if not name.startswith("sagemaker_"))
    return [part for name in own for part in (f"--{name}", _plain(hyperparameters[name]))]


def _plain(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def training(params: Mapping[str, Any]) -> dict[str, str]:
    """The variables that SageMaker's training toolkit sets."""
    hyper = decoded(params.get("HyperParameters", {}))
    script = {name: value for name, value in hyper.items() if not name.startswith("sagemaker_")}
    channels = sorted(channel["ChannelName"] for channel in params.get("InputDataConfig", []))
    return {
        "TRAINING_JOB_NAME": params["TrainingJobName"],
        "TRAINING_JOB_ARN": params["TrainingJobArn"],
        "SM_MODEL_DIR": f"{ML}/model",
        "SM_OUTPUT_DIR": f"{ML}/output",
        "SM_OUTPUT_DATA_DIR": f"{ML}/output/data",
        "SM_INPUT_DIR": f"{ML}/input",
        "SM_INPUT_CONFIG_DIR": f"{ML}/input/config",
        "SM_CHANNELS": json.dumps(channels),
        **{f"SM_CHANNEL_{name.upper()}": f"{ML}/input/data/{name}" for name in channels},
        "SM_HPS": json.dumps(script, sort_keys=True),
        **{f"SM_HP_{name.upper().replace('-', '_')}": _plain(value) for name, value in script.items()},
        "SM_USER_ARGS": json.dumps(arguments(hyper)),
        "SM_HOSTS": json.dumps([HOST]),
        "SM_CURRENT_HOST": HOST,
        "SM_NUM_CPUS": str(os.cpu_count() or 1),
        "SM_NUM_GPUS": "0",
        "SM_MODULE_DIR": str(hyper.get("sagemaker_submit_directory", "")),
        "SM_MODULE_NAME": str(hyper.get("sagemaker_program", "")).removesuffix(".py"),
        "SM_USER_ENTRY_POINT": str(hyper.get("sagemaker_program", "")),
        "SM_INPUT_DATA_CONFIG": json.dumps(input_data_config(params)),
        "SM_RESOURCE_CONFIG": json.dumps(resource_config()),
    }


def input_data_config(params: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """inputdataconfig.json: the channels."""
    return {
        channel["ChannelName"]: {
            "TrainingInputMode": "File",
            "S3DistributionType": "FullyReplicated",
            "RecordWrapperType": "None",
            "ContentType": channel.get("ContentType", ""),
        }
        for channel in params.get("InputDataConfig", [])
    }


def resource_config() -> dict[str, Any]:
    """resourceconfig.json: one host."""
    return {"current_host": HOST, "hosts": [HOST], "network_interface_name": "lo"}
