"""The gateway: requests signed for a service of ours go to it, all others to ministack in the same process."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from emulator.admin import Admin
from emulator.errors import ServiceError
from emulator.persistence import Saver
from emulator.service import Request, Response, Service
from emulator.substrate.tenants import account_of

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Check = Callable[[Scope, Receive, bytes], Awaitable[tuple[Response | None, Receive]]]

# Credential=<key>/<date>/<region>/<service>/aws4_request
_CREDENTIAL = re.compile(rb"Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


class Gateway:
    """One ASGI application for the whole cloud; `Lifespan` (lifespan.py) starts and stops what is behind it."""

    def __init__(
        self,
        *,
        services: Mapping[str, Service],
        substrate: Application,
        lifespan: Application,
        admin: Admin,
        saver: Saver,
        check: Check,
    ) -> None:
        self._services = services
        self._substrate = substrate
        self._lifespan = lifespan
        self._admin = admin
        self._saver = saver
        self._check = check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection."""
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        elif scope["type"] != "http":
            await self._substrate(scope, receive, send)
        elif scope["path"].startswith("/_emulator/"):
            body = await _body(receive)
            answer = await self._admin.handle(scope["method"], scope["path"], body, lambda: _disconnected(receive))
            await _send(answer, send)
        else:
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        signed = _CREDENTIAL.search(_header(scope, b"authorization"))
        service = self._services.get(signed[3].decode()) if signed else None
        if service and signed:
            request = _request(scope, signed, await _body(receive))
            await _send(await _answer(service, request), send)
            return
        signed_scope = signed[3] if signed else b""
        refusal, receive = await self._check(scope, receive, signed_scope)
        if refusal:
            await _send(refusal, send)
            return
        try:
            # The loopback leaves this machine as little as TLS does: policies that demand aws:SecureTransport hold.
            await self._substrate({**scope, "scheme": "https"}, receive, send)
        finally:
            self._saver.note(scope, signed_scope)


async def _answer(service: Service, request: Request) -> Response:
    try:
        return await service.handle(request)
    except ServiceError as error:
        body = json.dumps({"__type": error.code, "message": error.message}).encode()
        return Response(error.status, body, {"content-type": "application/x-amz-json-1.1"})


def _request(scope: Scope, signed: re.Match[bytes], body: bytes) -> Request:
    access_key = signed[1].decode()
    return Request(
        method=scope["method"],
        path=scope["path"],
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        query=parse_qs(scope["query_string"].decode(), keep_blank_values=True),
        body=body,
        access_key=access_key,
        account=account_of(access_key),
        region=signed[2].decode(),
    )


def _header(scope: Scope, name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key == name), b"")


async def _body(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(response: Response, send: Send) -> None:
    headers = {"content-length": str(len(response.body)), **response.headers}
    encoded = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": encoded})
    await send({"type": "http.response.body", "body": response.body})
