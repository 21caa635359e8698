"""AWS's Deep Learning Containers: what training and transform jobs run in; locally the emulator's own interpreter."""

from __future__ import annotations

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk.region_info import FactName
from constructs import Construct

TRAINING = "pytorch-training:2.8.0-cpu-py312-ubuntu22.04-sagemaker"
INFERENCE = "pytorch-inference:2.6.0-cpu-py312-ubuntu22.04-sagemaker"
"""Tags as in AWS's list of available images; the newest CPU images with Python 3.12 for SageMaker."""


def training_image(scope: Construct) -> str:
    """Image of the processing and training jobs, in the registry of the stack's region."""
    return _image(scope, TRAINING)


def inference_image(scope: Construct) -> str:
    """Image of models."""
    return _image(scope, INFERENCE)


def sagemaker_principal() -> iam.ServicePrincipal:
    """Who assumes the roles of jobs and models."""
    return iam.ServicePrincipal("sagemaker.amazonaws.com")


def grant_pull(role: iam.Role, scope: Construct) -> None:
    """Pull AWS's images and write the job's log: what SageMaker does in the role's name."""
    stack = Stack.of(scope)
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    repositories = [
        stack.format_arn(
            service="ecr", account=_registry(scope), resource="repository", resource_name=image.split(":")[0]
        )
        for image in (TRAINING, INFERENCE)
    ]
    iam.Grant.add_to_principal(grantee=role, actions=pull, resource_arns=repositories)
    # This action knows no resource.
    iam.Grant.add_to_principal(grantee=role, actions=["ecr:GetAuthorizationToken"], resource_arns=["*"])
    log = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    groups = stack.format_arn(
        service="logs", resource="log-group", resource_name="/aws/sagemaker/*", arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
    iam.Grant.add_to_principal(grantee=role, actions=log, resource_arns=[groups])


def _registry(scope: Construct) -> str:
    return Stack.of(scope).regional_fact(FactName.DLC_REPOSITORY_ACCOUNT)


def _image(scope: Construct, name: str) -> str:
    stack = Stack.of(scope)
    return f"{_registry(scope)}.dkr.ecr.{stack.region}.{stack.url_suffix}/{name}"
