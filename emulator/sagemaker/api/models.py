"""Models: an image, its artifact, its environment and the role that it runs as."""

from __future__ import annotations

from emulator.sagemaker.errors import invalid, refused
from emulator.sagemaker.jobs.engine import Engine
from emulator.sagemaker.jobs.served import find_package
from emulator.sagemaker.listing import page
from emulator.sagemaker.plane import Params, Plane, Result
from emulator.sagemaker.store import Body

KIND = "Model"


def create(plane: Plane, engine: Engine, params: Params) -> Result:
    """Make a model of exactly one container."""
    containers = params.get("Containers") or ([params["PrimaryContainer"]] if "PrimaryContainer" in params else [])
    if not containers:
        raise invalid("You must provide either a PrimaryContainer or Containers.")
    if "VpcConfig" in params:
        raise refused("VpcConfig", "leave it out: there are no VPCs here")
    if len(containers) > 1:
        raise refused("a model of several containers", "use one container")
    if "ExecutionRoleArn" not in params:
        raise invalid("ExecutionRoleArn is required for a model that reads from S3.")
    _check_container(plane, containers[0])
    name, arn = params["ModelName"], plane.arn("model", params["ModelName"])
    tags = {tag["Key"]: tag["Value"] for tag in params.pop("Tags", [])}
    body = {"EnableNetworkIsolation": False, **params, "ModelArn": arn, "CreationTime": plane.now()}
    if not plane.store.insert(KIND, name, arn, body):
        raise invalid(f'Cannot create already existing model "{arn}".')
    plane.store.tag(arn, tags)
    engine.expect()
    return {"ModelArn": arn}


def _check_container(plane: Plane, container: Params) -> None:
    for member in ("MultiModelConfig", "ModelDataSource", "AdditionalModelDataSources", "ImageConfig"):
        if member in container:
            raise refused(f"container {member}", "use Image, ModelDataUrl and Environment")
    package = container.get("ModelPackageName")
    if package is None and "Image" not in container:
        raise invalid("A container needs an Image or a ModelPackageName.")
    if package is not None:
        body = find_package(plane, package)
        if body is None:
            raise invalid(f"ModelPackage {package} does not exist.")
        if body.get("ModelApprovalStatus", "Approved") != "Approved":
            raise invalid(f"Model package {body['ModelPackageArn']} is not approved.")


def find(plane: Plane, name: str) -> Body:
    """The model's body. Raises ValidationException."""
    body = plane.store.get(KIND, name)
    if body is None:
        raise invalid(f'Could not find model "{plane.arn("model", name)}".')
    return body


def describe(plane: Plane, engine: Engine, params: Params) -> Result:
    """The Describe answer."""
    return find(plane, params["ModelName"])


def list_models(plane: Plane, engine: Engine, params: Params) -> Result:
    """One page of summaries."""
    return page("ListModels", plane.store.all(KIND), params, name="ModelName")


def delete(plane: Plane, engine: Engine, params: Params) -> Result:
    """Forget a model and end its warm server."""
    model = find(plane, params["ModelName"])
    engine.forget_model(model["ModelArn"])
    plane.store.delete(KIND, params["ModelName"])
    return {}
