"""SageMaker's requests held to its service model."""

from __future__ import annotations

from typing import Any

from emulator.constraints import violations
from emulator.sagemaker.errors import invalid
from emulator.sagemaker.service_model import service_model


def validate(operation: str, params: dict[str, Any]) -> None:
    """Raise ValidationException naming every member that breaks its constraint, or SerializationException."""
    found = violations(service_model().operation_model(operation).input_shape, params)
    if found:
        raise invalid(found)
