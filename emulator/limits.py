"""Sizes that AWS refuses: API Gateway's body, Lambda's payload, and services that nobody here serves."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from emulator.service import Response
from emulator.substrate.apis import too_large
from emulator.substrate.tenants import serves

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

API_BODY = 10_485_760  # bytes; API Gateway, REST and HTTP
PAYLOAD = 6_291_456  # bytes; a synchronous call of a function
ASYNC_PAYLOAD = 1_048_576  # bytes; Event
EVENT_OVERHEAD = 8_192  # bytes; what API Gateway adds around a body, about

_INVOKE = re.compile(r"/2015-03-31/functions/[^/]+/invocations$")
_EXECUTE_API = re.compile(rb"^[a-z0-9]+\.execute-api\.")


async def check(
    scope: MutableMapping[str, Any], receive: Receive, signed_scope: bytes
) -> tuple[Response | None, Receive]:
    """A refusal, or None and the `receive` to go on with (the body may have been read)."""
    if signed_scope and not serves(signed_scope.decode("latin-1")):
        return _unknown(signed_scope.decode("latin-1")), receive
    if is_execute_api(scope):
        body = await _read(receive, API_BODY)
        if len(body) > API_BODY:
            return _too_large(scope, f"HTTP content length exceeded {API_BODY} bytes."), receive
        if len(body) + EVENT_OVERHEAD > PAYLOAD:
            return _too_large(scope, "Request Too Long"), receive
        return None, _replay(body, receive)
    if _INVOKE.search(scope["path"]):
        body = await _read(receive, PAYLOAD)
        return _payload(scope, len(body)), _replay(body, receive)
    return None, receive


def is_execute_api(scope: MutableMapping[str, Any]) -> bool:
    """Whether a request is for an API's stage."""
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    path = scope["path"]
    return bool(_EXECUTE_API.match(host)) or path.startswith("/_aws/execute-api/") or "/_user_request_" in path


def _too_large(scope: MutableMapping[str, Any], message: str) -> Response:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    answer = too_large(headers.get("host", ""), scope["path"], headers, message)
    return answer or _answer(413, {"message": message})


def _payload(scope: MutableMapping[str, Any], size: int) -> Response | None:
    kind = next((v for n, v in scope["headers"] if n == b"x-amz-invocation-type"), b"RequestResponse").decode()
    limit = ASYNC_PAYLOAD if kind == "Event" else PAYLOAD
    if size <= limit:
        return None
    message = f"{size} byte payload is too large for the {kind} invocation type (limit {limit} bytes)"
    return _answer(413, {"Type": "User", "message": message}, "RequestTooLargeException")


def _unknown(service: str) -> Response:
    message = (
        f"the service {service!r} is not implemented by this emulator: leave it out of the stack, or run against AWS"
        " (unset AWS_ENDPOINT_URL)"
    )
    return _answer(501, {"__type": "NotImplemented", "message": message}, "NotImplemented")


def _answer(status: int, body: dict[str, str], error: str = "RequestTooLargeException") -> Response:
    return Response(status, json.dumps(body).encode(), {"content-type": "application/json", "x-amzn-errortype": error})


async def _read(receive: Receive, limit: int) -> bytes:
    """The body; past the limit it is read to its end, so that the client gets the answer, but not kept."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return bytes(body)
        if len(body) <= limit:
            body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> MutableMapping[str, Any]:
        return messages.pop() if messages else await receive()

    return replay
