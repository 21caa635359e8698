"""The registry: a group of model packages, and the role that registered models run as."""

from __future__ import annotations

from aws_cdk import Names, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from infra.images import grant_pull, inference_image, sagemaker_principal
from infra.lake import Lake

READ = ("sagemaker:DescribeModelPackage",)
REGISTER = (
    "sagemaker:CreateModelPackage",
    "sagemaker:DescribeModelPackage",
    "sagemaker:AddTags",
)


class Registry(Construct):
    """Where models are versioned and approved; artifacts are in the lake's models zone."""

    def __init__(self, scope: Construct, id: str, *, use_case: str, lake: Lake) -> None:
        super().__init__(scope, id)
        # The one name that CloudFormation does not make by itself: it is derived from the construct's path.
        self.name = Names.unique_resource_name(self, max_length=63, separator="-")
        self.group = sagemaker.CfnModelPackageGroup(
            self, "Group", model_package_group_name=self.name, model_package_group_description=f"Models of {use_case}."
        )
        self.transform_image = inference_image(self)
        self.transform_role = iam.Role(self, "TransformRole", assumed_by=sagemaker_principal())
        lake.grant_read(self.transform_role, "models", "features")
        lake.grant_write(self.transform_role, "predictions")
        grant_pull(self.transform_role, self)

    def grant_read(self, identity: iam.IGrantable) -> None:
        """Read packages of the group."""
        self._grant(identity, *READ)

    def grant_register(self, identity: iam.IGrantable) -> None:
        """Register packages in the group, and read them."""
        self._grant(identity, *REGISTER)
        # ListModelPackages and DescribeModelPackageGroup are authorised on the group.
        actions = ["sagemaker:ListModelPackages", "sagemaker:DescribeModelPackageGroup"]
        iam.Grant.add_to_principal(
            grantee=identity, actions=actions, resource_arns=[self.group.attr_model_package_group_arn]
        )

    def _grant(self, identity: iam.IGrantable, *actions: str) -> None:
        arns = [
            self.group.attr_model_package_group_arn,
            Stack.of(self).format_arn(service="sagemaker", resource="model-package", resource_name=f"{self.name}/*"),
        ]
        iam.Grant.add_to_principal(grantee=identity, actions=list(actions), resource_arns=arns)
