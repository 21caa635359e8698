"""SageMaker's error wording: it differs per resource, and callers match on it.

Nearly everything is a ValidationException; only a duplicate job is ResourceInUse.
"""

from __future__ import annotations

from emulator.errors import NotImplementedByName, ServiceError


def invalid(message: str) -> ServiceError:
    """A request that AWS would refuse with a ValidationException."""
    return ServiceError("ValidationException", message)


def in_use(message: str) -> ServiceError:
    """A job name that is taken."""
    return ServiceError("ResourceInUse", message)


def refused(name: str, remedy: str) -> ServiceError:
    """A part of SageMaker that is not here."""
    return NotImplementedByName(name, remedy)


class JobFailed(Exception):
    """Ends a running job as Failed; the text is its FailureReason."""


class JobStopped(Exception):
    """Ends a running job as Stopped; the text is its secondary status when that says more than Stopped."""
