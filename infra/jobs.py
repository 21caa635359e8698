"""The jobs of Training as SageMaker is asked for them: one zip application, three modules, one role."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_cdk import AssetHashType
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from cumulet.contracts import lake as keys
from cumulet.contracts.env import JobEnv
from cumulet.contracts.settings import UseCaseSettings
from infra.bundling import job_application
from infra.images import grant_pull, sagemaker_principal, training_image
from infra.lake import Lake
from infra.state_machine import StateMachine

PROCESSING_INPUT = "/opt/ml/processing/input"
CODE_CHANNEL = "/opt/ml/input/data/code"


class Jobs(Construct):
    """What runs inside processing and training jobs; `$run`, `$time`, `$reason` are the state machine's variables."""

    def __init__(
        self, scope: Construct, id: str, *, root: Path, settings: UseCaseSettings, lake: Lake, env: JobEnv
    ) -> None:
        super().__init__(scope, id)
        application = job_application(root, modules(root, settings.name), settings.name)
        self.settings, self.lake, self.env = settings, lake, env
        self.image = training_image(self)
        self.code = assets.Asset(
            self,
            "Code",
            path=str(application.path),
            asset_hash=application.digest,
            asset_hash_type=AssetHashType.CUSTOM,
        )
        self.role = iam.Role(self, "Role", assumed_by=sagemaker_principal())
        code = self.code.bucket.arn_for_objects(self.code.s3_object_key)
        iam.Grant.add_to_principal(grantee=self.role, actions=["s3:GetObject"], resource_arns=[code])
        iam.Grant.add_to_principal(
            grantee=self.role, actions=["s3:ListBucket"], resource_arns=[self.code.bucket.bucket_arn]
        )
        lake.grant_read(self.role, "curated", "labels", "answers", "snapshots", "models", "runs")
        lake.grant_write(self.role, "snapshots", "models", "runs")
        grant_pull(self.role, self)

    def grant_run(self, states: StateMachine) -> None:
        """Let a state machine run the jobs."""
        states.allow_jobs("ProcessingJob", names=f"{self.settings.name}-*", role=self.role)
        states.allow_jobs("TrainingJob", names=f"{self.settings.name}-*", role=self.role)

    def snapshot(self) -> dict[str, Any]:
        """Writes the dataset and the list of its files into the lake."""
        return self._processing("snapshot", ["--run", "{% $attempt %}", "--time", "{% $time %}"])

    def evaluate(self) -> dict[str, Any]:
        """Judges the fitted candidate forward in time, and registers it when it passes the gate."""
        fitted = f"{self._name('fit')} & '/output/'"
        arguments = ["--run", "{% $run %}", "--time", "{% $time %}", "--reason", "{% $reason %}"]
        arguments += ["--candidate", f"{PROCESSING_INPUT}/candidate"]
        return self._processing("evaluate", arguments, candidate=self._uri("fit/", then=fitted))

    def fit(self) -> dict[str, Any]:
        """Fits the candidate on the snapshot's files, listed by a manifest."""
        image = {
            "TrainingImage": self.image,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": self._entrypoint(CODE_CHANNEL, "fit"),
            "ContainerArguments": ["--run", "{% $attempt %}"],
        }
        channels = {
            "train": {"S3DataType": "ManifestFile", "S3Uri": self._uri("snapshot.manifest")},
            "code": {"S3DataType": "S3Prefix", "S3Uri": self.code.s3_object_url},
        }
        return {
            "TrainingJobName": f"{{% {self._name('fit')} %}}",
            "RoleArn": self.role.role_arn,
            "AlgorithmSpecification": image,
            "Environment": self.env.to_env(),
            "InputDataConfig": [{"ChannelName": n, "DataSource": {"S3DataSource": s}} for n, s in channels.items()],
            "OutputDataConfig": {"S3OutputPath": self._uri("fit/")},
            "ResourceConfig": {"InstanceType": self.settings.jobs.training, "InstanceCount": 1, "VolumeSizeInGB": 10},
            "StoppingCondition": {"MaxRuntimeInSeconds": self.settings.jobs.max_minutes * 60},
        }

    def _processing(self, module: str, arguments: list[str], **inputs: str) -> dict[str, Any]:
        sources = {"code": self.code.s3_object_url, **inputs}
        cluster = {"InstanceType": self.settings.jobs.processing, "InstanceCount": 1, "VolumeSizeInGB": 10}
        return {
            "ProcessingJobName": f"{{% {self._name(module)} %}}",
            "RoleArn": self.role.role_arn,
            "AppSpecification": {
                "ImageUri": self.image,
                "ContainerEntrypoint": self._entrypoint(f"{PROCESSING_INPUT}/code", module),
                "ContainerArguments": arguments,
            },
            "Environment": self.env.to_env(),
            "ProcessingInputs": [_input(name, uri) for name, uri in sources.items()],
            "ProcessingResources": {"ClusterConfig": cluster},
            "StoppingCondition": {"MaxRuntimeInSeconds": self.settings.jobs.max_minutes * 60},
        }

    def _entrypoint(self, folder: str, module: str) -> list[str]:
        return ["python3", f"{folder}/{self.code.asset_hash}.zip", f"training.{module}"]

    def _name(self, module: str) -> str:
        return f"'{self.settings.name}-{module}-' & $attempt"

    def _uri(self, name: str, then: str = "''") -> str:
        """A JSONata expression: where the attempt keeps something."""
        before, after = keys.run(self.settings.name, "RUN").split("RUN")
        bucket = self.lake.bucket.bucket_name
        return f"{{% 's3://{bucket}/{before}' & $attempt & '{after}{name}' & {then} %}}"


def _input(name: str, uri: str) -> dict[str, Any]:
    where = {"S3Uri": uri, "LocalPath": f"{PROCESSING_INPUT}/{name}", "S3DataType": "S3Prefix", "S3InputMode": "File"}
    return {"InputName": name, "S3Input": where}


def modules(root: Path, use_case: str) -> list[str]:
    """What jobs of a use case run or load by name; `network.py`, where there is one, is imported by training alone."""
    folders = ("training", "batch")
    found = sorted(f"{folder}.{path.stem}" for folder in folders for path in (root / folder).glob("[!_]*.py"))
    plug_in = f"usecases.{use_case}"
    own = [f"{plug_in}.network"] if (root / "usecases" / use_case / "network.py").is_file() else []
    return [*found, "usecases", plug_in, *own]
