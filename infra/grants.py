"""Grants that the CDK has no verb for: each action is one that a handler or job calls."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from cumulet.contracts import metrics

SAGEMAKER = "sagemaker.amazonaws.com"


def grant_alias_read(role: iam.IRole, function: lambda_.IFunction) -> None:
    """Learn who is champion: the alias's version and its environment."""
    actions = ["lambda:GetAlias", "lambda:GetFunctionConfiguration"]
    iam.Grant.add_to_principal(grantee=role, actions=actions, resource_arns=_all_of(function))


def grant_metrics(role: iam.IRole) -> None:
    """Put metrics of our namespace; the action knows no resource, so a condition narrows it."""
    statement = iam.PolicyStatement(
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],
        conditions={"StringEquals": {"cloudwatch:namespace": metrics.NAMESPACE}},
    )
    role.add_to_principal_policy(statement)


def grant_alarms_read(role: iam.IRole) -> None:
    """Read the states of alarms; it is a list, which CloudWatch authorises on all of them."""
    iam.Grant.add_to_principal(grantee=role, actions=["cloudwatch:DescribeAlarms"], resource_arns=["*"])


def grant_release(role: iam.IRole, function: lambda_.IFunction, transform_role: iam.IRole, models: str) -> None:
    """Publish, try and promote versions of a function; create SageMaker models (by name pattern) that run in a role."""
    versions = ["PublishVersion", "ListVersionsByFunction", "UpdateFunctionConfiguration", "GetFunctionConfiguration"]
    alias = ["GetAlias", "UpdateAlias", "InvokeFunction"]
    actions = [f"lambda:{action}" for action in (*versions, *alias)]
    iam.Grant.add_to_principal(grantee=role, actions=actions, resource_arns=_all_of(function))
    create = ["sagemaker:CreateModel", "sagemaker:DescribeModel", "sagemaker:AddTags"]
    arn = Stack.of(function).format_arn(service="sagemaker", resource="model", resource_name=models)
    iam.Grant.add_to_principal(grantee=role, actions=create, resource_arns=[arn])
    statement = iam.PolicyStatement(
        actions=["iam:PassRole"],
        resources=[transform_role.role_arn],
        conditions={"StringEquals": {"iam:PassedToService": SAGEMAKER}},
    )
    role.add_to_principal_policy(statement)


def _all_of(function: lambda_.IFunction) -> list[str]:
    """The function and its versions and aliases."""
    return [function.function_arn, f"{function.function_arn}:*"]
