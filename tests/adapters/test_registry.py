"""The registry: versions of one group, newest first, each with its figures."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from cumulet.adapters.registry import APPROVED, PENDING, REJECTED, Registry, model_name
from cumulet.contracts.errors import NotFoundError


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        sagemaker = boto3.client("sagemaker", region_name="us-east-1")
        sagemaker.create_model_package_group(ModelPackageGroupName="flights")
        yield Registry("flights", sagemaker)


def register(registry: Registry, status: str = PENDING) -> str:
    return registry.register(
        artifact_uri="s3://lake/models/flights/run/model.tar.gz",
        image="image",
        status=status,
        metadata={"roc_auc": "0.70"},
        evaluation_uri="s3://lake/models/flights/run/evaluation.json",
        description="passed",
    )


def test_a_package_is_described_as_it_was_registered(registry: Registry) -> None:
    package = registry.describe(register(registry))
    assert (package.group, package.version, package.status) == ("flights", "1", PENDING)
    assert package.artifact_uri == "s3://lake/models/flights/run/model.tar.gz"
    assert package.evaluation_uri.endswith("evaluation.json")
    assert (package.metadata, package.description, package.image) == ({"roc_auc": "0.70"}, "passed", "image")


def test_the_newest_version_comes_first(registry: Registry) -> None:
    for _ in range(11):
        register(registry)
    assert [package.version for package in registry.list()] == [str(n) for n in range(11, 0, -1)]


def test_approval_changes_the_status(registry: Registry) -> None:
    arn = register(registry)
    registry.approve(arn, "looks good")
    assert registry.describe(arn).approved
    registry.reject(arn, "leaks")
    assert registry.describe(arn).status == REJECTED


def test_a_version_is_found_or_the_others_are_named(registry: Registry) -> None:
    arn = register(registry, APPROVED)
    assert registry.find("1").arn == arn
    with pytest.raises(NotFoundError, match="'7' is not registered; there is 1"):
        registry.find("7")


def test_two_packages_never_share_a_model_name() -> None:
    here, there = (f"arn:aws:sagemaker:{region}:1:model-package/flights/3" for region in ("us-east-1", "eu-west-1"))
    assert model_name("flights", here).startswith("flights-3-")
    assert model_name("flights", here) != model_name("flights", there)
