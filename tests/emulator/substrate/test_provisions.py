"""Resources of a stack that ministack's CloudFormation would make incompletely, or not at all."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.running import RunningEmulator, eventually

pytestmark = pytest.mark.emulator


def bucket(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "provisioned", **properties}}


def run(emulator: RunningEmulator, action: str, resources: dict[str, Any], stack: str = "provisions") -> None:
    cloudformation = emulator.client("cloudformation")
    getattr(cloudformation, f"{action}_stack")(StackName=stack, TemplateBody=json.dumps({"Resources": resources}))

    def status() -> str:
        return str(cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])

    eventually(lambda: not status().endswith("IN_PROGRESS"))
    assert status() == f"{action.upper()}_COMPLETE"


def test_a_stack_makes_changes_and_takes_away_a_buckets_encryption_and_lifecycle(emulator: RunningEmulator) -> None:
    kms = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/mine"}
    encryption = [{"ServerSideEncryptionByDefault": kms, "BucketKeyEnabled": "true"}]
    old = {"StorageClass": "GLACIER", "TransitionInDays": 30}
    rules = [
        {"Id": "old", "Status": "Enabled", "Prefix": "raw/", "ExpirationInDays": "90", "Transitions": [old]},
        {
            "Status": "Enabled",
            "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
            "TagFilters": [{"Key": "a", "Value": "b"}],
            "ObjectSizeGreaterThan": "1024",
        },
    ]
    made = bucket(
        BucketEncryption={"ServerSideEncryptionConfiguration": encryption}, LifecycleConfiguration={"Rules": rules}
    )
    run(emulator, "create", {"Bucket": made})
    s3 = emulator.client("s3")
    found = s3.get_bucket_encryption(Bucket="provisioned")["ServerSideEncryptionConfiguration"]["Rules"]
    assert found == [{"ApplyServerSideEncryptionByDefault": kms, "BucketKeyEnabled": True}]
    first, second = s3.get_bucket_lifecycle_configuration(Bucket="provisioned")["Rules"]
    assert first == {
        "ID": "old",
        "Status": "Enabled",
        "Filter": {"Prefix": "raw/"},
        "Expiration": {"Days": 90},
        "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}],
    }
    assert second["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
    assert second["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert second["Filter"]["And"]["Tags"] == [{"Key": "a", "Value": "b"}]
    assert second["Filter"]["And"]["ObjectSizeGreaterThan"] == 1024

    run(emulator, "update", {"Bucket": bucket()})
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket="provisioned")
    default = s3.get_bucket_encryption(Bucket="provisioned")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert default["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"

    notification = {"ComparisonOperator": "GREATER_THAN", "NotificationType": "ACTUAL", "Threshold": "80"}
    subscriber = {"SubscriptionType": "EMAIL", "Address": "someone@example.com"}
    budget = {
        "Type": "AWS::Budgets::Budget",
        "Properties": {
            "Budget": {
                "BudgetName": "monthly",
                "BudgetType": "COST",
                "TimeUnit": "MONTHLY",
                "BudgetLimit": {"Amount": 25, "Unit": "USD"},
            },
            "NotificationsWithSubscribers": [{"Notification": notification, "Subscribers": [subscriber]}],
        },
    }
    run(emulator, "update", {"Bucket": bucket(), "Budget": budget})
    budgets = emulator.client("budgets")
    limit = budgets.describe_budget(AccountId="000000000000", BudgetName="monthly")["Budget"]["BudgetLimit"]
    assert float(limit["Amount"]) == 25.0
    asked = {"AccountId": "000000000000", "BudgetName": "monthly"}
    assert budgets.describe_notifications_for_budget(**asked)["Notifications"][0]["Threshold"] == 80.0
    budget["Properties"]["Budget"]["BudgetLimit"]["Amount"] = 50  # type: ignore[index]
    run(emulator, "update", {"Bucket": bucket(), "Budget": budget})
    limit = budgets.describe_budget(**asked)["Budget"]["BudgetLimit"]
    assert float(limit["Amount"]) == 50.0
    run(emulator, "update", {"Bucket": bucket()})
    with pytest.raises(ClientError, match="NotFound"):
        budgets.describe_budget(**asked)


def test_a_schedule_of_a_stack_is_due_in_its_own_time_zone_and_span(emulator: RunningEmulator) -> None:
    schedule = {
        "Type": "AWS::Scheduler::Schedule",
        "Properties": {
            "Name": "zoned",
            "ScheduleExpression": "cron(0 3 * * ? *)",
            "ScheduleExpressionTimezone": "America/New_York",
            "StartDate": "2013-04-01T00:00:00Z",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {
                "Arn": "arn:aws:sqs:us-east-1:000000000000:q",
                "RoleArn": "arn:aws:iam::000000000000:role/r",
            },
        },
    }
    scheduler = emulator.client("scheduler")
    run(emulator, "create", {"Schedule": schedule}, "schedules")
    made = scheduler.get_schedule(Name="zoned")
    assert made["ScheduleExpressionTimezone"] == "America/New_York"
    assert made["StartDate"].isoformat() == "2013-04-01T00:00:00+00:00"
    del schedule["Properties"]["ScheduleExpressionTimezone"], schedule["Properties"]["StartDate"]
    run(emulator, "update", {"Schedule": schedule}, "schedules")
    changed = scheduler.get_schedule(Name="zoned")
    assert changed["ScheduleExpressionTimezone"] == "UTC"
    assert "StartDate" not in changed


def test_a_secret_of_a_stack_is_known_by_its_arn_and_generated_as_the_template_asks(emulator: RunningEmulator) -> None:
    wanted = {
        "SecretStringTemplate": '{"version": "1"}',
        "GenerateStringKey": "key",
        "PasswordLength": "64",
        "ExcludePunctuation": "true",
    }
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": wanted}}
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/ref", "Type": "String", "Value": {"Ref": "S"}}}
    secrets, ssm = emulator.client("secretsmanager"), emulator.client("ssm")
    run(emulator, "create", {"S": secret, "Parameter": parameter}, "secrets")
    arn = ssm.get_parameter(Name="/ref")["Parameter"]["Value"]
    assert arn.startswith("arn:aws:secretsmanager:")
    made = secrets.get_secret_value(SecretId=arn)["SecretString"]
    assert json.loads(made)["version"] == "1"
    assert re.fullmatch(r"[A-Za-z0-9]{64}", json.loads(made)["key"])

    secret["Properties"]["Description"] = "what it is for"  # type: ignore[index]
    run(emulator, "update", {"S": secret, "Parameter": parameter}, "secrets")
    assert secrets.get_secret_value(SecretId=arn)["SecretString"] == made
    assert secrets.describe_secret(SecretId=arn)["Description"] == "what it is for"

    run(
        emulator,
        "update",
        {"Parameter": parameter | {"Properties": parameter["Properties"] | {"Value": "-"}}},
        "secrets",
    )  # type: ignore[operator]
    with pytest.raises(ClientError, match="ResourceNotFound"):
        secrets.get_secret_value(SecretId=arn)
