"""What a model serves with: its own container, or that of the model package it names."""

from __future__ import annotations

from emulator.sagemaker.plane import Params, Plane
from emulator.sagemaker.store import Body


def find_package(plane: Plane, name: str) -> Body | None:
    """A model package by ARN, or by the name of an unversioned one."""
    packages = plane.store.all("ModelPackage")
    return next((body for body in packages if name in (body["ModelPackageArn"], body.get("ModelPackageName"))), None)


def container(plane: Plane, model: Body) -> Params:
    """Image, ModelDataUrl and Environment; of a package's environment the model's own overrides each variable."""
    own: Params = model.get("PrimaryContainer") or model["Containers"][0]
    package = find_package(plane, own["ModelPackageName"]) if "ModelPackageName" in own else None
    if package is None:
        return own
    packaged: Params = package["InferenceSpecification"]["Containers"][0]
    return {**packaged, "Environment": {**packaged.get("Environment", {}), **own.get("Environment", {})}}
