"""CloudWatch's own error codes."""

from __future__ import annotations

from emulator.errors import ServiceError


def invalid(message: str) -> ServiceError:
    """A value that CloudWatch refuses."""
    return ServiceError("InvalidParameterValue", message)


def conflicting(message: str) -> ServiceError:
    """Parameters that exclude one another."""
    return ServiceError("InvalidParameterCombination", message)


def invalid_request(message: str) -> ServiceError:
    """A request that breaks a rule over more than one parameter."""
    return ServiceError("ValidationError", message)


def not_found(message: str) -> ServiceError:
    """No such alarm or dashboard."""
    return ServiceError("ResourceNotFound", message, 404)


def invalid_pattern(text: str, expected: str) -> ServiceError:
    """A filter pattern of CloudWatch Logs that makes no sense."""
    return ServiceError("InvalidParameterException", f"Invalid filter pattern {text!r}: expected {expected}")
