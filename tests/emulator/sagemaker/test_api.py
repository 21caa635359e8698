"""The protocol: validation, errors, refusals, permissions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.sagemaker.harness import IMAGE, Emulator, allow, finished, train, unique

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("sagemaker")]

ARN = "arn:aws:sagemaker:us-east-1:000000000000"


@pytest.fixture
def raw(cloud: Emulator) -> Any:
    """A client that does not check parameters itself."""
    return cloud.client("sagemaker", parameter_validation=False)


def error(call: Any, **params: Any) -> tuple[str, str, int]:
    """Code, message and HTTP status of a call that fails."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    answer: Any = caught.value.response
    return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_every_broken_constraint_is_listed_in_the_words_of_aws(raw: Any) -> None:
    code, message, _ = error(
        raw.create_training_job,
        TrainingJobName="not valid!",
        AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "Fast"},
        RoleArn="arn:aws:iam::000000000000:role/job",
        StoppingCondition={"MaxRuntimeInSeconds": 0},
    )
    assert code == "ValidationException"
    assert message.startswith("4 validation errors detected: ")
    for part in (
        "Value null at 'outputDataConfig' failed to satisfy constraint: Member must not be null",
        "Value 'not valid!' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular "
        "expression pattern: ",
        "at 'algorithmSpecification.trainingInputMode' failed to satisfy constraint: Member must satisfy enum "
        "value set: [Pipe, File, FastFile]",
        "Value '0' at 'stoppingCondition.maxRuntimeInSeconds' failed to satisfy constraint: Member must have value "
        "greater than or equal to 1",
    ):
        assert part in message


def test_a_wrong_type_is_a_serialization_exception(raw: Any) -> None:
    assert error(raw.list_training_jobs, MaxResults="many")[0] == "SerializationException"


def test_the_instance_type_local_is_refused_as_on_aws(cloud: Emulator, role: str) -> None:
    with pytest.raises(ClientError, match=r"resourceConfig.instanceType.*Member must satisfy enum value set"):
        train(cloud, role, "", ResourceConfig={"InstanceType": "local"})


@pytest.mark.parametrize(
    ("operation", "member", "message"),
    [
        ("describe_training_job", "TrainingJobName", "Requested resource not found."),
        ("stop_training_job", "TrainingJobName", "Requested resource not found."),
        ("describe_transform_job", "TransformJobName", "Could not find requested job with name: nobody"),
        ("describe_processing_job", "ProcessingJobName", "Could not find requested job with name: nobody"),
        ("describe_model", "ModelName", f'Could not find model "{ARN}:model/nobody".'),
    ],
)
def test_the_unknown_is_not_found_in_the_words_of_its_resource(
    cloud: Emulator, operation: str, member: str, message: str
) -> None:
    found = error(getattr(cloud.client("sagemaker"), operation), **{member: "nobody"})
    assert found == ("ValidationException", message, 400)


def test_a_job_name_is_used_once(cloud: Emulator, role: str) -> None:
    name = train(cloud, role, "pass")
    with pytest.raises(ClientError, match="must be unique") as caught:
        train(cloud, role, "pass", TrainingJobName=name)
    assert caught.value.response["Error"]["Code"] == "ResourceInUse"
    finished(cloud, "training", name)
    code, message, _ = error(cloud.client("sagemaker").stop_training_job, TrainingJobName=name)
    assert (code, message[-20:]) == ("ValidationException", "in status Completed.")


def test_what_is_not_there_is_validated_and_then_refused_by_name(raw: Any) -> None:
    code, message, status = error(raw.create_endpoint, EndpointName="e", EndpointConfigName="c")
    assert (code, status) == ("NotImplemented", 501)
    assert message.startswith("CreateEndpoint is not implemented by this emulator")
    assert error(raw.create_endpoint, EndpointName="e")[0] == "ValidationException"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"ResourceConfig": {"InstanceCount": 2}}, "InstanceCount"),
        ({"AlgorithmSpecification": {"TrainingInputMode": "Pipe"}}, "Pipe"),
    ],
)
def test_what_cannot_be_executed_is_refused_by_name(
    cloud: Emulator, role: str, change: dict[str, Any], named: str
) -> None:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://lake/a"}}
    channels = [{"ChannelName": "train", "DataSource": source}]
    with pytest.raises(ClientError, match=f"NotImplemented.*{named}"):
        train(cloud, role, "", InputDataConfig=channels, **change)


def test_jobs_are_listed_by_name_status_and_time_page_by_page(cloud: Emulator, role: str) -> None:
    sagemaker, mark = cloud.client("sagemaker"), unique("list")
    names = [train(cloud, role, "pass", TrainingJobName=f"{mark}-{letter}") or f"{mark}-{letter}" for letter in "abc"]
    first = finished(cloud, "training", f"{mark}-a")
    for letter in "bc":
        finished(cloud, "training", f"{mark}-{letter}")
    pages = sagemaker.get_paginator("list_training_jobs").paginate(
        NameContains=mark, StatusEquals="Completed", SortBy="Name", SortOrder="Ascending",
        PaginationConfig={"PageSize": 2})  # fmt: skip
    found = [[job["TrainingJobName"][-1] for job in page["TrainingJobSummaries"]] for page in pages]
    assert found == [["a", "b"], ["c"]], names
    later = sagemaker.list_training_jobs(NameContains=mark, CreationTimeAfter=first["CreationTime"])
    assert [job["TrainingJobName"][-1] for job in later["TrainingJobSummaries"]] == ["c", "b"]


def as_user(cloud: Emulator, *statements: dict[str, Any]) -> Any:
    """A SageMaker client of a user with these permissions."""
    iam, name = cloud.client("iam"), unique("user")
    iam.create_user(UserName=name)
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    credentials = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    return cloud.client("sagemaker", credentials=credentials)


def test_iam_decides_on_the_operation_and_on_passing_the_role(cloud: Emulator, role: str) -> None:
    request = {
        "ModelName": unique("m"),
        "PrimaryContainer": {"Image": IMAGE},
        "ExecutionRoleArn": role,
    }
    code, message, _ = error(as_user(cloud, allow(["sagemaker:List*"])).create_model, **request)
    assert (code, "sagemaker:CreateModel" in message) == ("AccessDeniedException", True)
    assert "iam:PassRole" in error(as_user(cloud, allow(["sagemaker:*"])).create_model, **request)[1]
    passing = allow(["iam:PassRole"], role) | {
        "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    }
    as_user(cloud, allow(["sagemaker:CreateModel"], "arn:aws:sagemaker:*:*:model/m-*"), passing).create_model(**request)


def test_a_role_without_s3_fails_the_job_with_access_denied(cloud: Emulator, role: str) -> None:
    poor = cloud.role(unique("poor"), allow(["s3:ListBucket"]))
    job = finished(cloud, "training", train(cloud, poor, "pass"))
    assert job["TrainingJobStatus"] == "Failed"
    assert "AccessDenied (GetObject)" in job["FailureReason"]
    job = finished(cloud, "training", train(cloud, "arn:aws:iam::000000000000:role/nobody", "pass"))
    assert "nobody" in job["FailureReason"]


def test_a_jobs_own_calls_are_held_to_its_role(cloud: Emulator) -> None:
    reader = cloud.role(unique("reader"), allow(["s3:GetObject", "s3:ListBucket", "s3:PutObject"]))
    script = """
    import boto3
    s3 = boto3.client("s3")
    print(s3.list_objects_v2(Bucket="lake")["KeyCount"])
    s3.delete_object(Bucket="lake", Key="x")
    """
    reason = finished(cloud, "training", train(cloud, reader, script))["FailureReason"]
    assert "DeleteObject operation: " in reason
