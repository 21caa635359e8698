"""CloudFormation's side: AWS::SageMaker::ModelPackageGroup and AWS::SageMaker::Model, made through the operations."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from emulator.errors import ServiceError
from emulator.sagemaker.api import groups, models
from emulator.sagemaker.errors import refused
from emulator.sagemaker.jobs.engine import Engine
from emulator.sagemaker.plane import Plane
from emulator.sagemaker.validation import validate
from emulator.service import Provisioned

Properties = Mapping[str, Any]
GROUP, MODEL = "AWS::SageMaker::ModelPackageGroup", "AWS::SageMaker::Model"


def register_types(plane: Plane, engine: Engine) -> None:
    """Let CloudFormation make our resources."""
    for type_name, resource in ((GROUP, GroupType(plane, engine)), (MODEL, ModelType(plane, engine))):
        plane.cloud.register_resource_type(type_name, resource.create, resource.update, resource.delete)


def physical_name(logical_id: str) -> str:
    """A name such as CloudFormation makes: logical id and a random end, at most 63 characters."""
    return f"{logical_id[:50]}-{uuid.uuid4().hex[:12]}"


class GroupType:
    """AWS::SageMaker::ModelPackageGroup; Ref is its ARN."""

    def __init__(self, plane: Plane, engine: Engine) -> None:
        self._plane, self._engine = plane, engine

    def create(self, logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
        """Make the group."""
        if "ModelPackageGroupPolicy" in properties:
            raise refused(f"{GROUP} ModelPackageGroupPolicy", "leave it out: there is one account")
        params = dict(properties)
        validate("CreateModelPackageGroup", params)  # a group's name is required, as on AWS
        groups.create(self._plane, self._engine, params)
        return self._provisioned(params["ModelPackageGroupName"])

    def _provisioned(self, name: str) -> Provisioned:
        body = groups.find(self._plane, name)
        arn = body["ModelPackageGroupArn"]
        attributes = {
            "ModelPackageGroupArn": arn,
            "ModelPackageGroupStatus": body["ModelPackageGroupStatus"],
            "CreationTime": str(body["CreationTime"]),
        }
        return Provisioned(arn, attributes)

    def update(self, physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        """Tags change in place; a new name or description replaces the group."""
        if {**old, "Tags": None} != {**new, "Tags": None}:
            return self.create("", new, stack_name)
        self._plane.store.untag(physical_id, list(self._plane.store.tags(physical_id)))
        self._plane.store.tag(physical_id, {tag["Key"]: tag["Value"] for tag in new.get("Tags", [])})
        return self._provisioned(physical_id)

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Forget the group. Raises when it still has packages, as on AWS."""
        if self._plane.store.get(groups.KIND, groups.plain_name(physical_id)):
            groups.delete(self._plane, self._engine, {"ModelPackageGroupName": groups.plain_name(physical_id)})


class ModelType:
    """AWS::SageMaker::Model; Ref is its ARN, GetAtt ModelName its name."""

    def __init__(self, plane: Plane, engine: Engine) -> None:
        self._plane, self._engine = plane, engine

    def create(self, logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
        """Make the model."""
        params = {"ModelName": physical_name(logical_id), **properties}
        validate("CreateModel", params)
        arn = str(models.create(self._plane, self._engine, params)["ModelArn"])
        return Provisioned(arn, {"ModelName": params["ModelName"], "Id": arn})

    def update(self, physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        """Every change replaces a model; under an explicit name that is a conflict, as on AWS."""
        if "ModelName" in new and new["ModelName"] == old.get("ModelName"):
            raise ServiceError("AlreadyExists", f"{new['ModelName']} already exists: rename the model to replace it")
        return self.create(physical_id.rsplit("/", 1)[-1].rsplit("-", 1)[0], new, stack_name)

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Forget the model."""
        name = physical_id.rsplit("/", 1)[-1]
        if self._plane.store.get(models.KIND, name):
            models.delete(self._plane, self._engine, {"ModelName": name})
