"""What goes wrong: a request that is refused at once, and a query that ends as FAILED or CANCELLED."""

from __future__ import annotations

from emulator.errors import ServiceError

USER, SYSTEM = 2, 1  # categories of GetQueryExecution's AthenaError


class BadRequest(ServiceError):
    """An InvalidRequestException; `athena_code` is its AthenaErrorCode where Athena gives one."""

    def __init__(self, message: str, athena_code: str = "") -> None:
        super().__init__("InvalidRequestException", message)
        self.athena_code = athena_code


class QueryFailed(Exception):
    """Ends a query as FAILED; the text is its StateChangeReason."""

    def __init__(self, reason: str, *, category: int = USER) -> None:
        super().__init__(reason)
        self.reason = reason
        self.category = category


class QueryCancelled(Exception):
    """Ends a query as CANCELLED; the text is its StateChangeReason."""
