"""What training and releases made beside a stack: it must go first, or the stack cannot, or would stay behind."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from cumulet.adapters import stacks
from cumulet.adapters.registry import Registry, model_name
from cumulet.adapters.session import client
from cumulet.contracts.settings import output_key

GROUP = "AWS::SageMaker::ModelPackageGroup"


def delete_packages(stack: str) -> Iterator[str]:
    """Delete the model packages of a stack's groups (CloudFormation deletes only an empty group) and their models.

    Yields what was deleted. Versions of functions need no such care: they go with their function.
    """
    sagemaker = client("sagemaker")
    use_case = stacks.outputs(stack).get(output_key("use_case"), "")
    groups = [resource["PhysicalResourceId"].rpartition("/")[2] for resource in stacks.resources(stack, GROUP)]
    for group in groups:  # by name: the physical id is an ARN on AWS
        for arn in list(Registry(group).arns()):
            if use_case and _delete_model(model_name(use_case, arn)):
                yield model_name(use_case, arn)
            sagemaker.delete_model_package(ModelPackageName=arn)
            yield arn


def _delete_model(name: str) -> bool:
    """Delete the SageMaker Model of a package; False when it was never released."""
    try:
        client("sagemaker").delete_model(ModelName=name)
    except ClientError as error:
        if "could not find" not in error.response["Error"]["Message"].lower():
            raise
        return False
    return True
