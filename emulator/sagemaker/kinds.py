"""The three kinds of job: what differs in their names, messages and logs."""

from __future__ import annotations

from dataclasses import dataclass

DUPLICATE = "Job name must be unique within an AWS account and region, and a job with this name already exists ({arn})"
MISSING = "Could not find requested job with name: {name}"


@dataclass(frozen=True)
class JobKind:
    """One kind of job; `prefix` spells the members of its Describe answer (TrainingJobName, TrainingJobStatus, …)."""

    prefix: str
    resource: str
    title: str
    log_group: str
    duplicate: str = DUPLICATE
    missing: str = MISSING

    @property
    def name_member(self) -> str:
        """E.g. TrainingJobName."""
        return f"{self.prefix}JobName"

    @property
    def arn_member(self) -> str:
        """E.g. TrainingJobArn."""
        return f"{self.prefix}JobArn"

    @property
    def status_member(self) -> str:
        """E.g. TrainingJobStatus."""
        return f"{self.prefix}JobStatus"

    @property
    def detail_type(self) -> str:
        """Of its EventBridge events."""
        return f"SageMaker {self.prefix} Job State Change"


TRAINING = JobKind(
    prefix="Training",
    resource="training-job",
    title="training job",
    log_group="/aws/sagemaker/TrainingJobs",
    duplicate="Training job names must be unique within an AWS account and region, and a training job with this name "
    "already exists ({arn})",
    missing="Requested resource not found.",
)
PROCESSING = JobKind("Processing", "processing-job", "processing job", "/aws/sagemaker/ProcessingJobs")
TRANSFORM = JobKind("Transform", "transform-job", "transform job", "/aws/sagemaker/TransformJobs")
KINDS = {kind.prefix: kind for kind in (TRAINING, PROCESSING, TRANSFORM)}
ENDED = frozenset({"Completed", "Failed", "Stopped"})
