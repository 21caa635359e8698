"""botocore's own description of Athena's API, read once."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.loaders
import botocore.model

from emulator.athena.errors import BadRequest
from emulator.constraints import violations


@cache
def service_model() -> botocore.model.ServiceModel:
    """The service model."""
    return botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("athena", "service-2"), "athena")


def validate(operation: str, params: dict[str, Any]) -> None:
    """Raise BadRequest naming every member that breaks its constraint."""
    found = violations(service_model().operation_model(operation).input_shape, params)
    if found:
        raise BadRequest(found, "INVALID_INPUT")
