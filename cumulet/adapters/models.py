"""SageMaker Models: what a batch transform scores with."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from cumulet.adapters.champion import PACKAGE_VARIABLE
from cumulet.adapters.registry import Package
from cumulet.adapters.session import client

SCRIPT_MODE = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
LARGE_REQUESTS = {
    "TS_MAX_REQUEST_SIZE": str(100 * 2**20),
    "TS_MAX_RESPONSE_SIZE": str(100 * 2**20),
    "TS_DEFAULT_RESPONSE_TIMEOUT": "900",
}
"""What the model server of AWS's PyTorch images must be told: by itself it takes 6.5 MB and waits for a minute."""


def create_model(name: str, package: Package, *, role: str, image: str, sagemaker: Any = None) -> None:
    """Create the Model of a package; one that is there already stays (its name holds the package's hash)."""
    container = {
        "Image": image,
        "ModelDataUrl": package.artifact_uri,
        "Environment": {**SCRIPT_MODE, **LARGE_REQUESTS, PACKAGE_VARIABLE: package.arn},
    }
    try:
        (sagemaker or client("sagemaker")).create_model(
            ModelName=name, PrimaryContainer=container, ExecutionRoleArn=role
        )
    except ClientError as error:
        detail = error.response["Error"]
        if detail["Code"] != "ResourceInUse" and "already exist" not in detail["Message"]:
            raise
