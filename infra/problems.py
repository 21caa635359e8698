"""Errors that the gateway answers by itself, as problem details (RFC 9457) like those of the function."""

from __future__ import annotations

import json

from aws_cdk import aws_apigateway as apigateway

PROBLEMS: dict[str, tuple[int, str, str]] = {
    "INVALID_API_KEY": (403, "Forbidden", "Send a valid key in the header x-api-key."),
    "ACCESS_DENIED": (403, "Forbidden", "Send a valid key in the header x-api-key."),
    "MISSING_AUTHENTICATION_TOKEN": (404, "Not Found", "No such path or method; GET /docs lists them."),
    "REQUEST_TOO_LARGE": (413, "Content Too Large", "Send fewer records at a time, or score them in a night's batch."),
    "THROTTLED": (429, "Too Many Requests", "Too many requests a second for this key: slow down and retry."),
    "QUOTA_EXCEEDED": (429, "Too Many Requests", "The key's requests of this month are used up."),
    "INTEGRATION_FAILURE": (502, "Bad Gateway", "The function did not answer: see its log."),
    "INTEGRATION_TIMEOUT": (504, "Gateway Timeout", "The function took too long: retry, or send fewer records."),
    "DEFAULT_5XX": (500, "Internal Server Error", "See the log of the function and of the API."),
}
"""Gateway response type to status, title, detail."""


def add_problems(api: apigateway.RestApi) -> None:
    """Give every kind of gateway error a problem+json body."""
    for name, (status, title, detail) in PROBLEMS.items():
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        api.add_gateway_response(
            "".join(part.title() for part in name.split("_")),
            type=apigateway.ResponseType.of(name),
            status_code=str(status),
            response_headers={"Content-Type": "'application/problem+json'"},
            templates={"application/json": json.dumps(body)},
        )
