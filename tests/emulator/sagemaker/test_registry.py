"""Models, model package groups and packages, tags, lists."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.running import eventually
from tests.emulator.sagemaker.harness import SERVING, Emulator, unique

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("sagemaker")]


def register(cloud: Emulator, group: str, **more: Any) -> str:
    """Register the next version of a group; its ARN."""
    containers = [{"Image": SERVING, "ModelDataUrl": "s3://lake/m.tar.gz"}]
    specification = {"Containers": containers, "SupportedContentTypes": ["text/csv"],
                     "SupportedResponseMIMETypes": ["text/csv"]}  # fmt: skip
    arn: str = cloud.client("sagemaker").create_model_package(
        ModelPackageGroupName=group, InferenceSpecification=specification, **more
    )["ModelPackageArn"]
    return arn


@pytest.fixture
def group(cloud: Emulator) -> str:
    """An empty group."""
    name = unique("group")
    cloud.client("sagemaker").create_model_package_group(ModelPackageGroupName=name)
    return name


def test_versions_count_up_and_a_deleted_number_is_not_used_again(cloud: Emulator, group: str) -> None:
    sagemaker = cloud.client("sagemaker")
    first, second = register(cloud, group), register(cloud, group)
    assert (first.rsplit("/", 2)[1:], second.rsplit("/", 1)[1]) == ([group, "1"], "2")
    sagemaker.delete_model_package(ModelPackageName=second)
    assert register(cloud, group).endswith("/3")
    described = sagemaker.describe_model_package(ModelPackageName=first)
    assert described["ModelApprovalStatus"] == "PendingManualApproval"
    assert described["ModelPackageStatus"] == "Completed"


def test_approval_is_an_event_and_other_updates_are_not(cloud: Emulator, group: str, events: Any) -> None:
    sagemaker = cloud.client("sagemaker")
    arn = register(cloud, group, CustomerMetadataProperties={"auc": "0.7", "run": "1"})
    sagemaker.update_model_package(ModelPackageArn=arn, CustomerMetadataProperties={"auc": "0.8"},
                                   CustomerMetadataPropertiesToRemove=["run"])  # fmt: skip
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="better")
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    assert described["CustomerMetadataProperties"] == {"auc": "0.8"}
    assert described["ApprovalDescription"] == "better"

    def mine() -> list[dict[str, Any]]:
        return [e for e in events() if e["detail"].get("ModelPackageArn") == arn]

    eventually(lambda: len(mine()) >= 2)
    found = mine()
    assert [e["detail"]["ModelApprovalStatus"] for e in found] == ["PendingManualApproval", "Approved"]
    event = found[-1]
    assert (event["source"], event["detail-type"]) == ("aws.sagemaker", "SageMaker Model Package State Change")
    assert event["resources"] == [arn]
    assert event["detail"]["ModelPackageGroupName"] == group
    assert event["detail"]["ModelPackageVersion"] == 1
    assert event["detail"]["CreationTime"].endswith("Z")


def test_packages_are_listed_by_approval_newest_first_page_by_page(cloud: Emulator, group: str) -> None:
    for status in ("Approved", "Rejected", "Approved", "Approved"):
        register(cloud, group, ModelApprovalStatus=status)
    pages = cloud.client("sagemaker").get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group, ModelApprovalStatus="Approved", SortBy="CreationTime", SortOrder="Descending",
        PaginationConfig={"PageSize": 2})  # fmt: skip
    found = [[p["ModelPackageVersion"] for p in page["ModelPackageSummaryList"]] for page in pages]
    assert found == [[4, 3], [1]]


def test_a_group_with_versions_is_not_deleted(cloud: Emulator, group: str) -> None:
    arn = register(cloud, group)
    sagemaker = cloud.client("sagemaker")
    with pytest.raises(ClientError, match="still contains Model Packages"):
        sagemaker.delete_model_package_group(ModelPackageGroupName=group)
    sagemaker.delete_model_package(ModelPackageName=arn)
    sagemaker.delete_model_package_group(ModelPackageGroupName=group)
    with pytest.raises(ClientError, match=f"model-package-group/{group} does not exist"):
        sagemaker.describe_model_package_group(ModelPackageGroupName=group)


def test_a_package_by_itself_has_no_version(cloud: Emulator) -> None:
    name = unique("single")
    sagemaker = cloud.client("sagemaker")
    sagemaker.create_model_package(ModelPackageName=name)
    assert sagemaker.describe_model_package(ModelPackageName=name)["ModelPackageName"] == name
    listed = sagemaker.list_model_packages(NameContains=name)["ModelPackageSummaryList"]
    assert [p["ModelPackageName"] for p in listed] == [name]


def test_a_model_may_name_an_approved_package_only(cloud: Emulator, group: str) -> None:
    arn = register(cloud, group)
    sagemaker, role = cloud.client("sagemaker"), "arn:aws:iam::000000000000:role/job"
    model = {"ModelName": unique("m"), "Containers": [{"ModelPackageName": arn}], "ExecutionRoleArn": role}
    with pytest.raises(ClientError, match="is not approved"):
        sagemaker.create_model(**model)
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    sagemaker.create_model(**model)
    with pytest.raises(ClientError, match="Cannot create already existing model"):
        sagemaker.create_model(**model)
    assert sagemaker.list_models(NameContains=model["ModelName"])["Models"][0]["ModelName"] == model["ModelName"]
    sagemaker.delete_model(ModelName=model["ModelName"])
    with pytest.raises(ClientError, match='Could not find model "arn:aws:sagemaker'):
        sagemaker.describe_model(ModelName=model["ModelName"])


def test_tags_are_added_listed_and_removed(cloud: Emulator, group: str) -> None:
    sagemaker = cloud.client("sagemaker")
    arn = sagemaker.describe_model_package_group(ModelPackageGroupName=group)["ModelPackageGroupArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]


def test_cloudformation_makes_updates_and_deletes_a_group(cloud: Emulator) -> None:
    stacks, sagemaker, stack = cloud.client("cloudformation"), cloud.client("sagemaker"), unique("stack")
    name = unique("flights")

    def template(tag: str) -> str:
        group = {"ModelPackageGroupName": name, "Tags": [{"Key": "t", "Value": tag}]}
        resources = {"Group": {"Type": "AWS::SageMaker::ModelPackageGroup", "Properties": group}}
        return json.dumps({"Resources": resources, "Outputs": {"Arn": {"Value": {"Ref": "Group"}}}})

    stacks.create_stack(StackName=stack, TemplateBody=template("1"))
    stacks.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    arn = stacks.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"][0]["OutputValue"]
    assert arn == f"arn:aws:sagemaker:us-east-1:000000000000:model-package-group/{name}"
    stacks.update_stack(StackName=stack, TemplateBody=template("2"))
    stacks.get_waiter("stack_update_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "t", "Value": "2"}]
    stacks.delete_stack(StackName=stack)
    stacks.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    assert not sagemaker.list_model_package_groups(NameContains=name)["ModelPackageGroupSummaryList"]
