"""botocore's own description of SageMaker's API, read once."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.loaders
import botocore.model


@cache
def service_model() -> botocore.model.ServiceModel:
    """The service model (about 0.3 s the first time)."""
    description = botocore.loaders.Loader().load_service_model("sagemaker", "service-2")
    return botocore.model.ServiceModel(description, "sagemaker")


@cache
def output_members(operation: str) -> frozenset[str]:
    """The names of the top-level members of an operation's answer."""
    return frozenset(service_model().operation_model(operation).output_shape.members)


@cache
def summary_members(operation: str) -> tuple[str, frozenset[str]]:
    """Of a List operation: the name of the list in the answer, and the members of one summary."""
    output: Any = service_model().operation_model(operation).output_shape
    name, shape = next((k, v) for k, v in output.members.items() if v.type_name == "list")
    return name, frozenset(shape.member.members)
