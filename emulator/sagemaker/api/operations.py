"""Every operation that is here: how it is done, and the resource that IAM is asked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from emulator.sagemaker.api import groups, jobs, models, packages, processing, tags, training, transform
from emulator.sagemaker.jobs.engine import Engine
from emulator.sagemaker.kinds import PROCESSING, TRAINING, TRANSFORM, JobKind
from emulator.sagemaker.plane import Params, Plane, Result

Do = Callable[[Plane, Engine, Params], Result]
Arn = Callable[[Plane, Params], str]


@dataclass(frozen=True)
class Operation:
    """One operation of the API."""

    do: Do
    arn: Arn


def _named(resource: str, member: str) -> Arn:
    return lambda plane, params: plane.arn(resource, params[member])


def _any(plane: Plane, params: Params) -> str:
    return "*"


def _tagged(plane: Plane, params: Params) -> str:
    return str(params["ResourceArn"])


def _group(plane: Plane, params: Params) -> str:
    name = params.get("ModelPackageGroupName")
    return plane.arn("model-package-group", groups.plain_name(name)) if name else "*"


def _package(plane: Plane, params: Params) -> str:
    name: str = params.get("ModelPackageArn") or params["ModelPackageName"]
    return name if name.startswith("arn:") else plane.arn("model-package", name)


def _new_package(plane: Plane, params: Params) -> str:
    if "ModelPackageGroupName" not in params:
        return _package(plane, params)
    group = groups.find(plane, params["ModelPackageGroupName"])
    return plane.arn("model-package", f"{group['ModelPackageGroupName']}/{group['versions'] + 1}")


def _job_operations(kind: JobKind, create: Do) -> dict[str, Operation]:
    arn = _named(kind.resource, kind.name_member)
    return {
        f"Create{kind.prefix}Job": Operation(create, arn),
        f"Describe{kind.prefix}Job": Operation(lambda plane, _, params: jobs.describe(plane, kind, params), arn),
        f"List{kind.prefix}Jobs": Operation(lambda plane, _, params: jobs.list_jobs(plane, kind, params), _any),
        f"Stop{kind.prefix}Job": Operation(lambda plane, engine, params: jobs.stop(plane, engine, kind, params), arn),
    }


_MODEL = _named("model", "ModelName")
OPERATIONS: dict[str, Operation] = {
    **_job_operations(TRAINING, training.create),
    **_job_operations(PROCESSING, processing.create),
    **_job_operations(TRANSFORM, transform.create),
    "CreateModel": Operation(models.create, _MODEL),
    "DescribeModel": Operation(models.describe, _MODEL),
    "ListModels": Operation(models.list_models, _any),
    "DeleteModel": Operation(models.delete, _MODEL),
    "CreateModelPackageGroup": Operation(groups.create, _group),
    "DescribeModelPackageGroup": Operation(groups.describe, _group),
    "ListModelPackageGroups": Operation(groups.list_groups, _any),
    "DeleteModelPackageGroup": Operation(groups.delete, _group),
    "CreateModelPackage": Operation(packages.create, _new_package),
    "DescribeModelPackage": Operation(packages.describe, _package),
    "ListModelPackages": Operation(packages.list_packages, _group),
    "UpdateModelPackage": Operation(packages.update, _package),
    "DeleteModelPackage": Operation(packages.delete, _package),
    "AddTags": Operation(tags.add, _tagged),
    "ListTags": Operation(tags.list_tags, _tagged),
    "DeleteTags": Operation(tags.delete, _tagged),
}
