"""Step Functions: sagemaker:create…Job.sync and what stands beside it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator.running import eventually
from tests.emulator.sagemaker.harness import IMAGE, ML, Emulator, allow, finished, tar_gz, unique

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("sagemaker")]

ALL = ["sagemaker:*", "iam:PassRole"]


def request(cloud: Emulator, role: str, script: str) -> dict[str, Any]:
    """The parameters of a training job."""
    name = unique("sfn")
    code = cloud.put(f"code/{name}.tar.gz", tar_gz(train=script))
    return {
        "TrainingJobName": name,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "RoleArn": role,
        "HyperParameters": {"sagemaker_program": "train.py", "sagemaker_submit_directory": code},
        "OutputDataConfig": {"S3OutputPath": "s3://lake/out"},
        "ResourceConfig": {**ML, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }


def start(cloud: Emulator, resource: str, parameters: dict[str, Any], actions: list[str]) -> str:
    """Start an execution of one task; its ARN."""
    name, workflows = unique("flow"), cloud.client("stepfunctions")
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters, "End": True}
    machine = workflows.create_state_machine(
        name=name,
        definition=json.dumps({"StartAt": "Run", "States": {"Run": task}}),
        roleArn=cloud.role(name, allow(actions), service="states"),
    )
    arn: str = workflows.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    return arn


def ended(cloud: Emulator, execution: str) -> dict[str, Any]:
    """The execution once it has ended."""

    def look() -> Any:
        answer = cloud.client("stepfunctions").describe_execution(executionArn=execution)
        return None if answer["status"] == "RUNNING" else answer

    answer: dict[str, Any] = eventually(look)
    return answer


def test_sync_answers_with_the_description_of_the_completed_job(cloud: Emulator, role: str) -> None:
    parameters = request(cloud, role, "print('ok')")
    execution = ended(cloud, start(cloud, "sagemaker:createTrainingJob.sync", parameters, ALL))
    assert execution["status"] == "SUCCEEDED", execution
    output = json.loads(execution["output"])
    assert output["TrainingJobStatus"] == "Completed"
    assert output["ModelArtifacts"]["S3ModelArtifacts"].endswith("/output/model.tar.gz")
    assert isinstance(output["CreationTime"], int)


def test_sync_fails_with_the_description_of_the_failed_job(cloud: Emulator, role: str) -> None:
    parameters = request(cloud, role, "raise ValueError('no rows')")
    execution = ended(cloud, start(cloud, "sagemaker:createTrainingJob.sync", parameters, ALL))
    assert (execution["status"], execution["error"]) == ("FAILED", "States.TaskFailed")
    assert "no rows" in json.loads(execution["cause"])["FailureReason"]


def test_stopping_the_execution_stops_the_job(cloud: Emulator, role: str) -> None:
    parameters = request(cloud, role, "import time; time.sleep(60)")
    execution = start(cloud, "sagemaker:createTrainingJob.sync", parameters, ALL)
    sagemaker, name = cloud.client("sagemaker"), parameters["TrainingJobName"]
    eventually(lambda: sagemaker.list_training_jobs(NameContains=name)["TrainingJobSummaries"])
    cloud.client("stepfunctions").stop_execution(executionArn=execution)
    assert finished(cloud, "training", name)["TrainingJobStatus"] == "Stopped"


def test_a_request_that_aws_refuses_is_an_error_of_sagemaker(cloud: Emulator, role: str) -> None:
    parameters = {**request(cloud, role, ""), "TrainingJobName": "not valid!"}
    execution = ended(cloud, start(cloud, "sagemaker:createTrainingJob.sync", parameters, ALL))
    assert execution["error"] == "SageMaker.ValidationException"
    assert "trainingJobName" in execution["cause"]


def test_a_state_machine_without_the_grant_is_denied(cloud: Emulator, role: str) -> None:
    execution = ended(cloud, start(cloud, "sagemaker:createTrainingJob.sync", request(cloud, role, ""), ["s3:*"]))
    assert execution["error"] == "SageMaker.AccessDeniedException"
    assert "sagemaker:CreateTrainingJob" in execution["cause"]


def test_without_sync_the_task_does_not_wait(cloud: Emulator, role: str) -> None:
    parameters = request(cloud, role, "import time; time.sleep(60)")
    execution = ended(cloud, start(cloud, "sagemaker:createTrainingJob", parameters, ALL))
    assert json.loads(execution["output"])["TrainingJobArn"].endswith(parameters["TrainingJobName"])
    cloud.client("sagemaker").stop_training_job(TrainingJobName=parameters["TrainingJobName"])


def test_the_sdk_integration_calls_an_operation(cloud: Emulator) -> None:
    name = unique("group")
    cloud.client("sagemaker").create_model_package_group(ModelPackageGroupName=name)
    parameters = {"ModelPackageGroupName": name}
    execution = ended(cloud, start(cloud, "aws-sdk:sagemaker:describeModelPackageGroup", parameters, ALL))
    assert json.loads(execution["output"])["CreationTime"].endswith("Z"), execution
