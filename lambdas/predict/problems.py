"""Errors as problem JSON (RFC 9457): what is wrong with which field, its value, and what to do. Never a stack trace."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from cumulet.contracts.errors import CumuletError, Problem
from cumulet.core import personal
from cumulet.core.schema import Schema

MEDIA_TYPE = "application/problem+json"
MAX_RECORDS = 1_000
MAX_PROBLEMS = 100
VALUE_CHARACTERS = 200
ROUTES = {
    404: "there is no such path; there are POST /predict, GET /model, GET /health and GET /docs",
    405: "this path does not take this method; there are POST /predict, GET /model, GET /health and GET /docs",
}
CONTENT_TYPE = Problem("Content-Type", None, "send the header Content-Type: application/json")


class ProblemResponse(JSONResponse):
    """A problem document."""

    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:
        """ASCII: a request may quote text that UTF-8 cannot hold."""
        return json.dumps(content, separators=(",", ":"), allow_nan=False).encode()


def problem(
    status: int, detail: str, problems: Sequence[Problem] = (), headers: Mapping[str, str] | None = None
) -> ProblemResponse:
    """The answer to a request that went wrong; at most a hundred of its problems are named."""
    phrase = HTTPStatus(status).phrase
    errors = [{"field": p.field, "value": _plain(p.value), "remedy": p.remedy} for p in problems[:MAX_PROBLEMS]]
    body = {
        "type": f"urn:cumulet:problem:{phrase.lower().replace(' ', '-')}",
        "title": phrase,
        "status": status,
        "detail": detail,
        "errors": errors,
    }
    return ProblemResponse(body, status, headers=dict(headers or {}))


def _plain(value: Any) -> Any:
    """The value as JSON, cut where it is long."""
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= VALUE_CHARACTERS else text[:VALUE_CHARACTERS] + "…"


def problems_of(schema: Schema, body: Any) -> Iterator[Problem]:
    """What is wrong with a body that should be one record, or a list of them, of the schema."""
    if isinstance(body, dict):
        yield from schema.check(body)
    elif not isinstance(body, list):
        found = "nothing" if body is None else type(body).__name__
        yield Problem("body", found, "send one record (a JSON object), or a list of them")
    elif not 1 <= len(body) <= MAX_RECORDS:
        yield Problem("body", f"a list of {len(body)} records", f"send 1 to {MAX_RECORDS} records in one list")
    else:
        for n, record in enumerate(body):
            if not isinstance(record, dict):
                yield Problem(f"[{n}]", record, "send a record: a JSON object")
                continue
            for p in schema.check(record):
                yield Problem(f"[{n}].{p.field}", p.value, p.remedy)


def install(app: FastAPI, schema: Schema, report: Callable[[Exception], None]) -> None:
    """Answer every error of the app with a problem document; `report` is told of those that nobody expected."""

    def invalid(_: Request, error: Exception) -> ProblemResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - FastAPI calls it for this class only
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            place = f"character {first['loc'][-1]}"
            remedy = Problem("body", place, "send valid JSON: " + str(first.get("ctx", {}).get("error", first["msg"])))
            return problem(400, f"The body is not valid JSON at {place}.", [remedy])
        if isinstance(error.body, bytes):
            return problem(
                415, "The body is not declared as JSON.", [Problem("Content-Type", None, "application/json")]
            )
        found = list(problems_of(schema, error.body)) or [_foreign(each) for each in error.errors()]
        return problem(422, f"{len(found)} problem{'s' * (len(found) > 1)} in the request: {found[0]}"[:500], found)

    def http(request: Request, error: Exception) -> ProblemResponse:
        assert isinstance(error, HTTPException)  # noqa: S101
        detail = f"{request.method} {request.url.path}: {ROUTES.get(error.status_code, error.detail)}"
        return problem(error.status_code, detail, headers=error.headers)

    def cumulet(_: Request, error: Exception) -> ProblemResponse:
        assert isinstance(error, CumuletError)  # noqa: S101
        report(error)
        return problem(error.status, str(error), getattr(error, "problems", ()))

    def unexpected(_: Request, error: Exception) -> ProblemResponse:
        report(error)
        return problem(500, "Something went wrong here, not in your request. It has been logged; try again later.")

    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(CumuletError, cumulet)
    app.add_exception_handler(Exception, unexpected)


def _foreign(error: Mapping[str, Any]) -> Problem:
    """A problem that the request model found and the schema did not."""
    return Problem(
        ".".join(str(part) for part in error["loc"][1:]), personal.shown(error.get("input")), str(error["msg"])
    )
