"""EventBridge events: a change of status is an event whose detail is about the Describe answer.

Jobs carry their times as epoch milliseconds, model packages as ISO text (AWS's guide "Events that SageMaker sends to
EventBridge").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.sagemaker.kinds import JobKind
from emulator.sagemaker.plane import Plane

SOURCE = "aws.sagemaker"
TIMES = ("CreationTime", "LastModifiedTime", "StartTime", "EndTime", "Timestamp")


def with_times(value: Any, convert: Callable[[float], Any]) -> Any:
    """A body in which every time is converted."""
    if isinstance(value, Mapping):
        return {
            key: convert(item) if key.endswith(TIMES) and isinstance(item, float) else with_times(item, convert)
            for key, item in value.items()
        }
    return [with_times(item, convert) for item in value] if isinstance(value, list) else value


def milliseconds(time: float) -> int:
    """Epoch milliseconds of epoch seconds."""
    return round(time * 1000)


def iso(time: float) -> str:
    """ISO text with a Z of epoch seconds."""
    return datetime.fromtimestamp(time, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def job_changed(plane: Plane, kind: JobKind, body: Mapping[str, Any]) -> None:
    """Tell EventBridge that a job's status has changed."""
    _put(plane, kind.detail_type, with_times(body, milliseconds), body[kind.arn_member])


def package_changed(plane: Plane, body: Mapping[str, Any]) -> None:
    """Tell EventBridge that a model package was made, approved or rejected."""
    _put(plane, "SageMaker Model Package State Change", with_times(body, iso), body["ModelPackageArn"])


def _put(plane: Plane, detail_type: str, detail: Mapping[str, Any], arn: str) -> None:
    plane.cloud.put_event(source=SOURCE, detail_type=detail_type, detail=detail, resources=[arn])
