"""SageMaker's jobs through boto3, as a user starts them, and how long each takes."""

from __future__ import annotations

import io
import json
import tarfile
import time
import uuid
from operator import itemgetter
from typing import Any

import boto3

LOOK_S = 0.005
PARENT_S, PRELOADED = 120, "sklearn"
IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.8-cpu-py312"
SERVING = IMAGE.replace("training", "inference")
SERVE = "def model_fn(folder): return None\ndef transform_fn(model, body, kind, accept): return body, kind"


class Jobs:
    """Jobs through boto3, as a user starts them."""

    def __init__(self) -> None:
        self.s3, self.sagemaker = boto3.client("s3"), boto3.client("sagemaker")
        self.s3.create_bucket(Bucket="bench")
        iam = boto3.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        self.role = iam.create_role(RoleName="bench", AssumeRolePolicyDocument=document)["Role"]["Arn"]
        allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        iam.put_role_policy(RoleName="bench", PolicyName="s3", PolicyDocument=json.dumps(allow))

    def put(self, key: str, body: bytes) -> str:
        """An object; its URI."""
        self.s3.put_object(Bucket="bench", Key=key, Body=body)
        return f"s3://bench/{key}"

    def run(self, kind: str, **request: Any) -> float:
        """Seconds from Create to a Describe that says Completed."""
        name, member = f"bench-{uuid.uuid4().hex[:8]}", f"{kind.title()}Job"
        create, describe = (getattr(self.sagemaker, f"{verb}_{kind}_job") for verb in ("create", "describe"))
        started = time.perf_counter()
        create(**{f"{member}Name": name}, **request)
        while (answer := describe(**{f"{member}Name": name}))[f"{member}Status"] in ("InProgress", "Stopping"):
            time.sleep(LOOK_S)
        assert answer[f"{member}Status"] == "Completed", answer
        return time.perf_counter() - started

    def training(self, script: str, channel: str = "") -> float:
        """A training job of a script; its seconds."""
        source = self.put(f"code/{uuid.uuid4().hex}.tar.gz", tar_gz("train.py", script))
        hyper = {"sagemaker_program": "train.py", "sagemaker_submit_directory": source}
        data = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": channel}}
        channels = {"InputDataConfig": [{"ChannelName": "train", "DataSource": data}]} if channel else {}
        return self.run(
            "training", AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            RoleArn=self.role, HyperParameters=hyper, OutputDataConfig={"S3OutputPath": "s3://bench/out"},
            ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
            StoppingCondition={"MaxRuntimeInSeconds": 600}, **channels)  # fmt: skip

    def wait_for_parent(self) -> None:
        """Until jobs are forked from the parent that the model's creation started: they find libraries imported."""
        deadline = time.monotonic() + PARENT_S
        look = f"import sys; open('/opt/ml/model/imported', 'w').write(str('{PRELOADED}' in sys.modules))"
        while self.imported(look) != b"True":
            assert time.monotonic() < deadline, "no job was forked"

    def imported(self, script: str) -> bytes:
        """What a training job wrote into the only file of its model."""
        self.training(script)
        newest = max(self.s3.list_objects_v2(Bucket="bench", Prefix="out/")["Contents"], key=itemgetter("LastModified"))
        archive = self.s3.get_object(Bucket="bench", Key=newest["Key"])["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            return tar.extractfile("imported").read()  # type: ignore[union-attr]

    def processing(self) -> float:
        """A processing job that does nothing; its seconds."""
        cluster = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
        application = {"ImageUri": IMAGE, "ContainerEntrypoint": ["python3", "-c", "pass"]}
        return self.run("processing", RoleArn=self.role, AppSpecification=application,
                        ProcessingResources={"ClusterConfig": cluster})  # fmt: skip

    def model(self) -> None:
        """A model that answers what it is sent."""
        uri = self.put("model.tar.gz", tar_gz("code/inference.py", SERVE))
        container = {"Image": SERVING, "ModelDataUrl": uri}
        self.sagemaker.create_model(ModelName="echo", PrimaryContainer=container, ExecutionRoleArn=self.role)
        self.put("records/a.csv", b"1\n")

    def transform(self) -> float:
        """A transform job over one object of one line; its seconds."""
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bench/records/"}}
        return self.run("transform", ModelName="echo", TransformInput={"DataSource": source, "ContentType": "text/csv"},
                        TransformOutput={"S3OutputPath": "s3://bench/answers"},
                        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1})  # fmt: skip


def tar_gz(name: str, text: str) -> bytes:
    """An archive of one file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(text.encode())
        archive.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()
