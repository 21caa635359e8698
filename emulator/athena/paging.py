"""Pages of a listing, numbered by offset in an opaque token."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from emulator.athena.errors import BadRequest


def offset(params: Mapping[str, Any]) -> int:
    """Where the page that is asked for begins. Raises BadRequest on a token that is not ours."""
    try:
        return int(base64.urlsafe_b64decode(params["NextToken"])) if params.get("NextToken") else 0
    except ValueError as error:
        raise BadRequest("Invalid NextToken") from error


def page(member: str, items: Sequence[Any], params: Mapping[str, Any], *, most: int) -> dict[str, Any]:
    """One page under its member's name, with the token of the next; `most` where the request has no MaxResults."""
    start = offset(params)
    end = start + int(params.get("MaxResults", most))
    answer: dict[str, Any] = {member: list(items[start:end])}
    if end < len(items):
        answer["NextToken"] = base64.urlsafe_b64encode(str(end).encode()).decode()
    return answer
