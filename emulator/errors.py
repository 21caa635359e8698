"""The errors of the emulator; each knows how AWS would say it.

EmulatorError
├── StartError         the emulator cannot start: port or state folder in use          exit 9
├── SubstrateError     a private name of ministack that we build on has moved          exit 10
└── ServiceError       what a service answers: code, message, HTTP status
    ├── AccessDenied   IAM says no                                                     HTTP 403
    └── NotImplementedByName   a part of AWS that is not here, with its remedy         HTTP 501
"""

from __future__ import annotations


class EmulatorError(Exception):
    """The root of the emulator's errors."""

    exit_code = 1


class StartError(EmulatorError):
    """The emulator cannot start; the message says why and what to do."""

    exit_code = 9


class SubstrateError(EmulatorError):
    """A private name of ministack has moved; the message names it."""

    exit_code = 10


class ServiceError(EmulatorError):
    """An answer with an error code, as AWS's services give it; a service writes it in its own wire protocol."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class AccessDenied(ServiceError):
    """IAM does not allow the caller to do this; services with another code set it (`AccessDeniedException`)."""

    def __init__(self, message: str, code: str = "AccessDeniedException", status: int = 403) -> None:
        super().__init__(code, message, status)


class NotImplementedByName(ServiceError):
    """A part of AWS that this emulator does not have; `name` is the operation or property, `remedy` what to do."""

    def __init__(self, name: str, remedy: str) -> None:
        super().__init__("NotImplemented", f"{name} is not implemented by this emulator: {remedy}", 501)
