"""What a call of a function comes to: an answer, a failure of the function, or a refusal by Lambda."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from emulator.errors import ServiceError

RESPONSE = 6_291_556  # bytes; the longest answer to a synchronous call


@dataclass(frozen=True)
class Answer:
    """The payload of a call; `failed` when the function did not return it but failed with it (JSON, errorType)."""

    payload: bytes
    version: str
    failed: bool = False
    log: tuple[str, ...] = field(default=(), repr=False)
    request_id: str = ""

    def body(self) -> Any:
        """The payload as JSON says it; None when it is none."""
        try:
            return json.loads(self.payload)
        except ValueError:
            return None


class Throttled(ServiceError):
    """No environment may be had for the call: `reason` is AWS's."""

    def __init__(self, reason: str) -> None:
        super().__init__("TooManyRequestsException", "Rate Exceeded.", 429)
        self.reason = reason


def timed_out(request_id: str, timeout_s: int) -> bytes:
    """The function did not answer in its time."""
    return _error("Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {timeout_s}.00 seconds")


def exited(request_id: str, status: int) -> bytes:
    """The process of the environment ended during a call; `status` is waitpid's."""
    return _error("Runtime.ExitError", f"RequestId: {request_id} Error: {exit_reason(status)}")


def out_of_memory(request_id: str) -> bytes:
    """The environment was killed because it had more memory than the function's."""
    message = f"RequestId: {request_id} Error: Runtime exited with error: signal: killed"
    return _error("Runtime.OutOfMemory", message)


def error_type(payload: bytes) -> str:
    """The errorType of a failure."""
    try:
        found = json.loads(payload)
    except ValueError:
        return "Unhandled"
    return str(found.get("errorType", "Unhandled")) if isinstance(found, dict) else "Unhandled"


def exit_reason(status: int) -> str:
    """How a process ended, in AWS's words; `status` is waitpid's."""
    signal, code = status & 0x7F, status >> 8
    if signal:
        return f"Runtime exited with error: signal: {_SIGNALS.get(signal, signal)}"
    return f"Runtime exited with error: exit status {code}" if code else "Runtime exited without providing a reason"


def too_large(size: int) -> bytes:
    """The answer is longer than Lambda takes."""
    return _error(
        "Function.ResponseSizeTooLarge",
        f"Response payload size ({size} bytes) exceeded maximum allowed payload size ({RESPONSE} bytes).",
    )


def cannot_import(handler: str, reason: str) -> bytes:
    """The package cannot run on this machine."""
    module = handler.rpartition(".")[0]
    return _error("Runtime.ImportModuleError", f"Unable to import module '{module}': {reason}")


def _error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()


_SIGNALS = {1: "hangup", 2: "interrupt", 6: "aborted", 8: "floating point exception", 9: "killed", 15: "terminated"} | {
    11: "segmentation fault",
    7: "bus error",
}
