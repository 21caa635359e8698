"""Model package groups: a name under which versions are counted."""

from __future__ import annotations

from emulator.sagemaker.errors import invalid
from emulator.sagemaker.jobs.engine import Engine
from emulator.sagemaker.listing import page
from emulator.sagemaker.plane import Params, Plane, Result
from emulator.sagemaker.store import Body

KIND = "ModelPackageGroup"
NAME = "ModelPackageGroupName"


def create(plane: Plane, engine: Engine, params: Params) -> Result:
    """Make an empty group."""
    name, arn = params[NAME], plane.arn("model-package-group", params[NAME])
    tags = {tag["Key"]: tag["Value"] for tag in params.pop("Tags", [])}
    body = {**params, "ModelPackageGroupArn": arn, "CreationTime": plane.now(), "CreatedBy": {}}
    body |= {"ModelPackageGroupStatus": "Completed", "versions": 0}
    if not plane.store.insert(KIND, name, arn, body):
        raise invalid(f"Model Package Group already exists: {arn}")
    plane.store.tag(arn, tags)
    engine.expect()
    return {"ModelPackageGroupArn": arn}


def plain_name(name_or_arn: str) -> str:
    """The group's name, given that or its ARN."""
    return name_or_arn.rsplit("/", 1)[-1]


def find(plane: Plane, name_or_arn: str) -> Body:
    """The group's body. Raises ValidationException."""
    body = plane.store.get(KIND, plain_name(name_or_arn))
    if body is None:
        arn = plane.arn("model-package-group", plain_name(name_or_arn))
        raise invalid(f"Model Package Group {arn} does not exist.")
    return body


def next_version(plane: Plane, name: str) -> int:
    """The number of the next version; a deleted version's number is never used again."""
    number = int(find(plane, name)["versions"]) + 1
    plane.store.update(KIND, name, {"versions": number})
    return number


def describe(plane: Plane, engine: Engine, params: Params) -> Result:
    """The Describe answer."""
    return {key: value for key, value in find(plane, params[NAME]).items() if key != "versions"}


def list_groups(plane: Plane, engine: Engine, params: Params) -> Result:
    """One page of summaries."""
    return page("ListModelPackageGroups", plane.store.all(KIND), params, name=NAME)


def delete(plane: Plane, engine: Engine, params: Params) -> Result:
    """Forget an empty group."""
    name = find(plane, params[NAME])[NAME]
    if any(package.get(NAME) == name for package in plane.store.all("ModelPackage")):
        arn = plane.arn("model-package-group", name)
        raise invalid(f"Model Package Group {arn} cannot be deleted because it still contains Model Packages.")
    plane.store.delete(KIND, name)
    return {}
