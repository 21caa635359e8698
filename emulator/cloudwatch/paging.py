"""Answers in pages: a token is where the next page begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from emulator.errors import ServiceError

T = TypeVar("T")


def begin(given: Mapping[str, Any]) -> int:
    """Where the page that is asked for begins. Raises InvalidNextToken on a token that is none of ours."""
    token = str(given.get("NextToken", "0"))
    if not token.isdecimal():
        raise ServiceError("InvalidNextToken", f"The next token {token!r} is not valid")
    return int(token)


def page(items: Sequence[T], given: Mapping[str, Any], *, most: int, limit: int) -> tuple[list[T], dict[str, str]]:
    """A page of MaxRecords (`most` unless given, never more than `limit`) items, and the token of the next."""
    start, size = begin(given), min(given.get("MaxRecords", most), limit)
    more = {"NextToken": str(start + size)} if start + size < len(items) else {}
    return list(items[start : start + size]), more
