"""Lambda's Invoke, in front of the engine: what the request says, and how AWS words the answers."""

from __future__ import annotations

import base64
import contextvars
import json
import uuid
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import lambda_svc

from emulator.errors import ServiceError
from emulator.functions.answer import Answer, Throttled
from emulator.functions.engine import Engine
from emulator.functions.events import Events
from emulator.functions.logs import tail
from emulator.functions.target import Reference
from emulator.substrate.records import is_ours

Answered = tuple[int, dict[str, str], bytes]

JSON = {"Content-Type": "application/json"}
REQUEST_ID = "x-amzn-requestid"
_body: contextvars.ContextVar[bytes] = contextvars.ContextVar("invoke_body", default=b"")


def install(engine: Engine, events: Events) -> None:
    """Answer Invoke for Python functions; ministack answers for others, and for durable executions."""
    handle, invoke = lambda_svc.handle_request, lambda_svc._invoke
    invoking = Invoking(engine, events)

    async def handle_with_body(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        _body.set(body)
        return await handle(method, path, headers, body, query)

    async def invoke_ours(
        name: str, event: Any, headers: Mapping[str, str], qualifier: str | None = None, query: Any = None
    ) -> Any:
        function = lambda_svc._functions.get(name)
        if function is None or not is_ours(function) or _is_durable(function):
            return await invoke(name, event, headers, qualifier, query)
        named = qualifier or lambda_svc._qp_first(query or {}, "Qualifier") or None
        return await invoking.answer(Reference(get_account_id(), get_region(), name, named), headers)

    lambda_svc.handle_request, lambda_svc._invoke = handle_with_body, invoke_ours


def _is_durable(function: Mapping[str, Any]) -> bool:
    return bool((function["config"].get("DurableConfig") or {}).get("Enabled"))


class Invoking:
    """The three invocation types."""

    def __init__(self, engine: Engine, events: Events) -> None:
        self._engine = engine
        self._events = events

    async def answer(self, reference: Reference, headers: Mapping[str, str]) -> Answered:
        """Status, headers and body for one request."""
        kind = headers.get("x-amz-invocation-type") or "RequestResponse"
        payload = _body.get() or b"{}"
        try:
            json.loads(payload)
        except ValueError as error:
            message = f"Could not parse request body into json: {error}"
            return _refused(ServiceError("InvalidRequestContentException", message))
        try:
            if kind == "DryRun":
                return 204, {"X-Amz-Executed-Version": self._engine.find(reference).version.version}, b""
            context = base64.b64decode(headers.get("x-amz-client-context") or "").decode()
            if kind == "Event":
                request_id = str(uuid.uuid4())
                self._events.accept(reference, payload, client_context=context, request_id=request_id)
                return 202, _Headers(request_id, **JSON), b""
            found = await self._engine.invoke(reference, payload, context)
            return _answered(found, wants_log=headers.get("x-amz-log-type") == "Tail")
        except ServiceError as refused:
            return _refused(refused)


class _Headers(dict[str, str]):
    """Headers of an answer whose request id is the call's: ministack would write its own over it."""

    def __init__(self, request_id: str, **headers: str) -> None:
        super().__init__(headers)
        self[REQUEST_ID] = request_id

    def update(self, *given: Any, **more: Any) -> None:
        kept = self[REQUEST_ID]
        super().update(*given, **more)
        self[REQUEST_ID] = kept


def _answered(found: Answer, *, wants_log: bool) -> Answered:
    headers = _Headers(found.request_id, **JSON)
    headers["X-Amz-Executed-Version"] = found.version
    if found.failed:
        headers["X-Amz-Function-Error"] = "Unhandled"
    if wants_log:
        headers["X-Amz-Log-Result"] = base64.b64encode(tail(found.log)).decode()
    return 200, headers, found.payload


def _refused(error: ServiceError) -> Answered:
    headers = {**JSON, "x-amzn-ErrorType": error.code}
    body = {"Type": "User", "message": error.message}
    if isinstance(error, Throttled):
        body["Reason"] = error.reason
        headers["Retry-After"] = "1"
    if error.code == "ResourceNotFoundException":
        body["Message"] = body.pop("message")
    return error.status, headers, json.dumps(body).encode()
