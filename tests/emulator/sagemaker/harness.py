"""An emulator in a process of its own, and what these tests do with it."""

from __future__ import annotations

import io
import json
import tarfile
import textwrap
import uuid
from pathlib import Path
from typing import Any

from tests.emulator.running import RunningEmulator, eventually

IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.8-cpu-py312"
SERVING = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.8-cpu-py312"
ML = {"InstanceType": "ml.m5.large", "InstanceCount": 1}
TRUST = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}


class Emulator(RunningEmulator):
    """A running emulator with a bucket `lake` and a role `job` that may use S3."""

    bucket = "lake"

    def __init__(self, state: Path) -> None:
        super().__init__(state)
        self._clients: dict[str, Any] = {}
        self.client("s3").create_bucket(Bucket=self.bucket)
        self.role("job", allow(["s3:*"]))

    def client(self, service: str, **more: Any) -> Any:
        """A client, the root user's unless credentials are given."""
        if more:
            return super().client(service, **more)
        if service not in self._clients:
            self._clients[service] = super().client(service)
        return self._clients[service]

    def put(self, key: str, content: bytes | str) -> str:
        """Put an object into the bucket; its URI."""
        self.client("s3").put_object(Bucket=self.bucket, Key=key, Body=content)
        return f"s3://{self.bucket}/{key}"

    def read(self, uri: str) -> bytes:
        """An object's bytes."""
        key = uri.split("/", 3)[3]
        content: bytes = self.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return content

    def role(self, name: str, *statements: dict[str, Any], service: str = "sagemaker") -> str:
        """A role with these statements; its ARN."""
        trust = TRUST | {"Principal": {"Service": f"{service}.amazonaws.com"}}
        document = {"Version": "2012-10-17", "Statement": [trust]}
        iam = self.client("iam")
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
        policy = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=json.dumps(policy))
        return arn

    def logs(self, group: str, job: str) -> list[str]:
        """Every line of a job's log."""
        logs = self.client("logs")
        streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=job)["logStreams"]
        names = [stream["logStreamName"] for stream in streams]
        events = [logs.get_log_events(logGroupName=group, logStreamName=n, startFromHead=True)["events"] for n in names]
        return [event["message"] for stream in events for event in stream]


def allow(actions: list[str], resource: str = "*") -> dict[str, Any]:
    """An IAM statement."""
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def tar_gz(**files: str) -> bytes:
    """A tar.gz of text files; `__` in a name is a slash, and `.py` is added."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in files.items():
            content = textwrap.dedent(text).encode()
            info = tarfile.TarInfo(f"{name.replace('__', '/')}.py")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files of a tar.gz."""
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return {m.name: archive.extractfile(m).read() for m in archive if m.isfile()}  # type: ignore[union-attr]


def unique(prefix: str) -> str:
    """A job name that no other test has."""
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def finished(cloud: Emulator, kind: str, name: str) -> dict[str, Any]:
    """The Describe answer of a job once it has ended."""
    member = f"{kind.title()}Job"
    describe = getattr(cloud.client("sagemaker"), f"describe_{kind}_job")

    def ended() -> Any:
        answer = describe(**{f"{member}Name": name})
        return answer if answer[f"{member}Status"] in ("Completed", "Failed", "Stopped") else None

    answer: dict[str, Any] = eventually(ended)
    return answer


def train(cloud: Emulator, role: str, script: str, **more: Any) -> str:
    """Start a training job in script mode; its name."""
    name = unique("train")
    code = cloud.put(f"code/{name}.tar.gz", tar_gz(train=script))
    request: dict[str, Any] = {
        "TrainingJobName": name,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "RoleArn": role,
        "HyperParameters": {"sagemaker_program": '"train.py"', "sagemaker_submit_directory": json.dumps(code)},
        "OutputDataConfig": {"S3OutputPath": f"s3://{cloud.bucket}/out"},
        "ResourceConfig": {**ML, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }
    for key, value in more.items():
        request[key] = {**request[key], **value} if isinstance(request.get(key), dict) else value
    cloud.client("sagemaker").create_training_job(**request)
    return name
