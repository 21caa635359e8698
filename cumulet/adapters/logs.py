"""Logs: one JSON object a line; the message is the event's name, numbers are fields with their unit in the name."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger


@cache
def _logger(service: str) -> Logger:
    return Logger(service=service, utc=True)


def log_of(service: str, context: Any = None, **fields: Any) -> Logger:
    """The log of a function; each of its lines carries the request id of the call and the given fields."""
    log = _logger(service)
    log.clear_state()
    log.append_keys(request_id=getattr(context, "aws_request_id", ""), **fields)
    return log
