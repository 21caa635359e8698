"""List operations: filter, sort, page. Pages are numbered by offset in an opaque token."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from emulator.sagemaker.errors import invalid
from emulator.sagemaker.plane import Params
from emulator.sagemaker.service_model import summary_members
from emulator.sagemaker.store import Body

PAGE = 10


def page(operation: str, bodies: Iterable[Body], params: Params, *, name: str, status: str = "") -> dict[str, Any]:
    """One page of a List operation's answer; `name` and `status` are the members that its filters look at."""
    kept = [body for body in bodies if all(test(body) for test in _filters(params, name, status))]
    by = {"Name": name, "Status": status}.get(params.get("SortBy", "CreationTime"), "CreationTime")
    # a stable sort: what was made in the same instant keeps its order, newest first when descending
    kept.sort(key=lambda body: body.get(by, ""))
    if params.get("SortOrder", _default_order(operation)) == "Descending":
        kept.reverse()
    start = _offset(params)
    end = start + params.get("MaxResults", PAGE)
    answer, members = summary_members(operation)
    result: dict[str, Any] = {answer: [{k: v for k, v in b.items() if k in members} for b in kept[start:end]]}
    if end < len(kept):
        result["NextToken"] = base64.urlsafe_b64encode(str(end).encode()).decode()
    return result


def _default_order(operation: str) -> str:
    return "Descending" if operation in ("ListModels", "ListTransformJobs") else "Ascending"


def _offset(params: Params) -> int:
    token = params.get("NextToken")
    try:
        return int(base64.urlsafe_b64decode(token)) if token else 0
    except ValueError as error:
        raise invalid("Invalid NextToken") from error


def _filters(params: Params, name: str, status: str) -> list[Callable[[Body], bool]]:
    tests: list[Callable[[Body], bool]] = []
    if "NameContains" in params:
        tests.append(lambda body: params["NameContains"].lower() in body.get(name, "").lower())
    if "StatusEquals" in params:
        tests.append(lambda body: body.get(status) == params["StatusEquals"])
    for member in ("CreationTime", "LastModifiedTime"):
        tests += _between(member, params.get(f"{member}After"), params.get(f"{member}Before"))
    return tests


def _between(member: str, after: Any, before: Any) -> list[Callable[[Body], bool]]:
    tests: list[Callable[[Body], bool]] = []
    if after is not None:
        tests.append(lambda body: body[member] > _seconds(after))
    if before is not None:
        tests.append(lambda body: body[member] < _seconds(before))
    return tests


def _seconds(time: Any) -> float:
    return float(time) if isinstance(time, int | float) else datetime.fromisoformat(time).timestamp()
