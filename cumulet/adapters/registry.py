"""The model registry: packages of one SageMaker model package group."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from cumulet.adapters.session import client
from cumulet.contracts.errors import NotFoundError

APPROVED = "Approved"
PENDING = "PendingManualApproval"
REJECTED = "Rejected"
PARQUET = "application/x-parquet"


def version_of(arn: str) -> str:
    """The version of a package, from its ARN.

    >>> version_of("arn:aws:sagemaker:us-east-1:000000000000:model-package/flights/3")
    '3'
    """
    return arn.rpartition("/")[2]


def model_name(use_case: str, arn: str) -> str:
    """The name of the SageMaker Model that scores with a package: readable, and never that of another package."""
    return f"{use_case}-{version_of(arn)}-{hashlib.sha256(arn.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, kw_only=True)
class Package:
    """One model package, as the registry describes it."""

    arn: str
    group: str
    version: str
    status: str
    artifact_uri: str
    image: str
    created: datetime
    description: str
    metadata: Mapping[str, str]
    evaluation_uri: str

    @property
    def approved(self) -> bool:
        """Whether it may be released."""
        return self.status == APPROVED


def _package(answer: Mapping[str, Any]) -> Package:
    containers = answer.get("InferenceSpecification", {}).get("Containers") or [{}]
    statistics = answer.get("ModelMetrics", {}).get("ModelQuality", {}).get("Statistics", {})
    arn = answer["ModelPackageArn"]
    return Package(
        arn=arn,
        group=answer.get("ModelPackageGroupName", ""),
        version=str(answer.get("ModelPackageVersion", version_of(arn))),
        status=answer.get("ModelApprovalStatus", ""),
        artifact_uri=containers[0].get("ModelDataUrl", ""),
        image=containers[0].get("Image", ""),
        created=answer["CreationTime"].astimezone(UTC),
        description=answer.get("ModelPackageDescription", ""),
        metadata=dict(answer.get("CustomerMetadataProperties", {})),
        evaluation_uri=statistics.get("S3Uri", ""),
    )


def describe(arn: str, sagemaker: Any = None) -> Package:
    """A package by its ARN. Raises NotFoundError when there is none."""
    try:
        return _package((sagemaker or client("sagemaker")).describe_model_package(ModelPackageName=arn))
    except ClientError as error:
        detail = error.response["Error"]
        if detail["Code"] in ("ValidationException", "ResourceNotFound") and "not exist" in detail["Message"]:
            raise NotFoundError(f"{arn}: no such model package; see `cumulet model list`") from error
        raise


class Registry:
    """Registers, lists and approves the packages of one group."""

    def __init__(self, group: str, sagemaker: Any = None) -> None:
        self.group = group
        self._sagemaker = sagemaker or client("sagemaker")

    def register(
        self,
        *,
        artifact_uri: str,
        image: str,
        status: str,
        metadata: Mapping[str, str],
        evaluation_uri: str = "",
        description: str = "",
    ) -> str:
        """Create the next version of the group and return its ARN.

        `metadata` values are strings of at most 256 characters (SageMaker's CustomerMetadataProperties).
        """
        request: dict[str, Any] = {
            "ModelPackageGroupName": self.group,
            "ModelApprovalStatus": status,
            "CustomerMetadataProperties": dict(metadata),
            "InferenceSpecification": {
                "Containers": [{"Image": image, "ModelDataUrl": artifact_uri}],
                "SupportedContentTypes": [PARQUET],
                "SupportedResponseMIMETypes": [PARQUET],
            },
        }
        if evaluation_uri:
            statistics = {"ContentType": "application/json", "S3Uri": evaluation_uri}
            request["ModelMetrics"] = {"ModelQuality": {"Statistics": statistics}}
        if description:
            request["ModelPackageDescription"] = description
        return str(self._sagemaker.create_model_package(**request)["ModelPackageArn"])

    def describe(self, arn: str) -> Package:
        """A package by its ARN. Raises NotFoundError when there is none."""
        return describe(arn, self._sagemaker)

    def artifact_uri(self, arn: str) -> str:
        """Where the package's model.tar.gz is."""
        return self.describe(arn).artifact_uri

    def arns(self) -> Iterator[str]:
        """The ARNs of the group's packages, newest first."""
        pages = self._sagemaker.get_paginator("list_model_packages").paginate(
            ModelPackageGroupName=self.group, SortBy="CreationTime", SortOrder="Descending"
        )
        for page in pages:
            for summary in page["ModelPackageSummaryList"]:
                yield summary["ModelPackageArn"]

    def list(self) -> tuple[Package, ...]:
        """The group's packages, newest version first."""
        packages = (self.describe(arn) for arn in self.arns())
        return tuple(sorted(packages, key=lambda p: int(p.version), reverse=True))

    def find(self, version: str) -> Package:
        """A package by its version. Raises NotFoundError naming the versions that exist."""
        known = {version_of(arn): arn for arn in self.arns()}
        if version not in known:
            there = ", ".join(sorted(known, key=int)) or "none yet: `cumulet train` makes one"
            raise NotFoundError(f"model {version!r} is not registered; there is {there}")
        return self.describe(known[version])

    def approve(self, arn: str, reason: str = "") -> None:
        """Approve a package; the registry's event starts its release."""
        self._decide(arn, APPROVED, reason)

    def reject(self, arn: str, reason: str) -> None:
        """Reject a package: it can no longer be released."""
        self._decide(arn, REJECTED, reason)

    def _decide(self, arn: str, status: str, reason: str) -> None:
        described = {"ApprovalDescription": reason} if reason else {}
        self._sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus=status, **described)
