"""Model packages: versions in a group (or one by itself), approved or rejected."""

from __future__ import annotations

import threading

from emulator.sagemaker import events
from emulator.sagemaker.api import groups
from emulator.sagemaker.errors import invalid, refused
from emulator.sagemaker.jobs.engine import Engine
from emulator.sagemaker.listing import page
from emulator.sagemaker.plane import Params, Plane, Result
from emulator.sagemaker.store import Body

KIND = "ModelPackage"
DONE = {"ModelPackageStatus": "Completed", "ModelPackageStatusDetails": {"ValidationStatuses": []}, "CreatedBy": {}}
_LOCK = threading.Lock()  # two creations at once must not share a version


def create(plane: Plane, engine: Engine, params: Params) -> Result:
    """Register a package: the next version of its group, or one by itself."""
    for member in ("ValidationSpecification", "SourceAlgorithmSpecification"):
        if member in params:
            raise refused(member, "give an InferenceSpecification")
    if ("ModelPackageGroupName" in params) == ("ModelPackageName" in params):
        raise invalid("Exactly one of ModelPackageGroupName and ModelPackageName must be given.")
    with _LOCK:
        body = _versioned(plane, params) if "ModelPackageGroupName" in params else _single(plane, params)
        tags = {tag["Key"]: tag["Value"] for tag in body.pop("Tags", [])}
        body |= {"CreationTime": plane.now(), "LastModifiedTime": plane.now(), **DONE}
        body.pop("ClientToken", None)
        arn = body["ModelPackageArn"]
        if not plane.store.insert(KIND, arn, arn, body):
            raise invalid(f"Model Package already exists: {arn}")
    plane.store.tag(arn, tags)
    events.package_changed(plane, body)
    return {"ModelPackageArn": arn}


def _versioned(plane: Plane, params: Params) -> Body:
    name = groups.plain_name(params["ModelPackageGroupName"])
    number = groups.next_version(plane, name)
    arn = plane.arn("model-package", f"{name}/{number}")
    status = params.get("ModelApprovalStatus", "PendingManualApproval")
    named = {"ModelPackageGroupName": name, "ModelPackageVersion": number, "ModelApprovalStatus": status}
    return {**params, **named, "ModelPackageArn": arn}


def _single(plane: Plane, params: Params) -> Body:
    if "ModelApprovalStatus" in params:
        raise invalid("ModelApprovalStatus is not supported for unversioned model packages.")
    return {**params, "ModelPackageArn": plane.arn("model-package", params["ModelPackageName"])}


def find(plane: Plane, name_or_arn: str) -> Body:
    """The package's body, by ARN or by the name of an unversioned one. Raises ValidationException."""
    arn = name_or_arn if name_or_arn.startswith("arn:") else plane.arn("model-package", name_or_arn)
    body = plane.store.get(KIND, arn)
    if body is None:
        raise invalid(f"ModelPackage {arn} does not exist.")
    return body


def describe(plane: Plane, engine: Engine, params: Params) -> Result:
    """The Describe answer; ModelPackageName of a version is its group's name, as on AWS."""
    body = find(plane, params["ModelPackageName"])
    return {"ModelPackageName": body.get("ModelPackageGroupName", ""), **body}


def list_packages(plane: Plane, engine: Engine, params: Params) -> Result:
    """One page of summaries: of a group, or the unversioned ones."""
    packages = plane.store.all(KIND)
    kind = params.get("ModelPackageType", "Unversioned")
    if "ModelPackageGroupName" in params:
        name = groups.find(plane, params["ModelPackageGroupName"])["ModelPackageGroupName"]
        packages = [package for package in packages if package.get("ModelPackageGroupName") == name]
    elif kind != "Both":
        packages = [p for p in packages if ("ModelPackageGroupName" in p) == (kind == "Versioned")]
    if "ModelApprovalStatus" in params:
        packages = [p for p in packages if p.get("ModelApprovalStatus") == params["ModelApprovalStatus"]]
    return page("ListModelPackages", packages, params, name="ModelPackageName")


def update(plane: Plane, engine: Engine, params: Params) -> Result:
    """Approve, reject or annotate a package; a change of approval is an event."""
    body = find(plane, params["ModelPackageArn"])
    custom = {**body.get("CustomerMetadataProperties", {}), **params.get("CustomerMetadataProperties", {})}
    for key in params.get("CustomerMetadataPropertiesToRemove", []):
        custom.pop(key, None)
    for member in ("AdditionalInferenceSpecificationsToAdd", "InferenceSpecification", "SourceUri", "ModelLifeCycle"):
        if member in params:
            raise refused(f"UpdateModelPackage {member}", "register a new version")
    direct = ("ModelApprovalStatus", "ApprovalDescription", "ModelCard")
    changes = {name: params[name] for name in direct if name in params}
    changes |= {"LastModifiedTime": plane.now(), "LastModifiedBy": {}, "CustomerMetadataProperties": custom or None}
    changed = plane.store.update(KIND, body["ModelPackageArn"], changes)
    if changed.get("ModelApprovalStatus") != body.get("ModelApprovalStatus"):
        events.package_changed(plane, changed)
    return {"ModelPackageArn": body["ModelPackageArn"]}


def delete(plane: Plane, engine: Engine, params: Params) -> Result:
    """Forget a package; its number is not used again."""
    plane.store.delete(KIND, find(plane, params["ModelPackageName"])["ModelPackageArn"])
    return {}
