"""SageMaker Models: what a batch transform scores with."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from cumulet.adapters.champion import PACKAGE_VARIABLE
from cumulet.adapters.registry import Package
from cumulet.adapters.session import client

SCRIPT_MODE = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}


def create_model(name: str, package: Package, *, role: str, image: str, sagemaker: Any = None) -> None:
    """Create the Model of a package; one that is there already stays (its name holds the package's hash)."""
    container = {
        "Image": image,
        "ModelDataUrl": package.artifact_uri,
        "Environment": {**SCRIPT_MODE, PACKAGE_VARIABLE: package.arn},
    }
    try:
        (sagemaker or client("sagemaker")).create_model(
            ModelName=name, PrimaryContainer=container, ExecutionRoleArn=role
        )
    except ClientError as error:
        detail = error.response["Error"]
        if detail["Code"] != "ResourceInUse" and "already exist" not in detail["Message"]:
            raise
