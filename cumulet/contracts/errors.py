"""The errors of Cumulet, one tree; each says what was expected, what was found and what to do.

CumuletError
├── ContractError    environment, event or settings break their contract    exit 2, HTTP 500
├── SchemaError      a record or a file breaks its schema                    exit 3, HTTP 422
├── SkewError        model and code disagree                                 exit 4, HTTP 503
├── NotFoundError    no such use case, model, version or partition           exit 5, HTTP 404
├── GateError        a model may not be released                             exit 6, HTTP 409
├── DeployError      a stack could not be created or updated                 exit 7, HTTP 502
├── JobError         a job, a night or a state machine failed                exit 8, HTTP 502
└── UnavailableError nothing answers at the endpoint, or no model is live    exit 9, HTTP 503
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


class CumuletError(Exception):
    """The root: every error that a user can mend is one of its children."""

    exit_code: ClassVar[int] = 1
    status: ClassVar[int] = 500


class ContractError(CumuletError):
    """Environment, event or settings break their contract."""

    exit_code = 2
    status = 500


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one field of one record: what was found and what to do."""

    field: str
    value: Any
    remedy: str

    def __str__(self) -> str:
        return f"{self.field}={self.value!r}: {self.remedy}"


class SchemaError(CumuletError):
    """A record or a file breaks its schema; `problems` names each field, value and remedy."""

    exit_code = 3
    status = 422

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems
        self.rows = 1
        """How many rows are refused with it; a file whose rows cannot be counted counts as one."""


class SkewError(CumuletError):
    """Model and code disagree: what training computed is not what this process computes."""

    exit_code = 4
    status = 503


class NotFoundError(CumuletError):
    """No such use case, model, version or partition."""

    exit_code = 5
    status = 404


class GateError(CumuletError):
    """A model may not be released: it is not approved, or its golden records do not replay."""

    exit_code = 6
    status = 409


class DeployError(CumuletError):
    """A stack could not be created or updated; the message names the resource and the reason."""

    exit_code = 7
    status = 502


class JobError(CumuletError):
    """A job, a night or a state machine failed; the message names the step and the cause."""

    exit_code = 8
    status = 502


class UnavailableError(CumuletError):
    """Nothing answers at the endpoint, or no model is live yet."""

    exit_code = 9
    status = 503
