"""The Runtime API of one environment: AWS's HTTP, spoken to one client at a time on a port of its own.

Source: AWS, "Using the Lambda runtime API for custom runtimes".
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Protocol

PREFIX = "/2018-06-01/runtime"
_POST = re.compile(rf"{PREFIX}/invocation/([^/]+)/(response|error)")
_STATUS = {200: "OK", 202: "Accepted", 403: "Forbidden", 404: "Not Found", 413: "Payload Too Large"}


class Environment(Protocol):
    """Whom the API serves."""

    def on_next(self, api: RuntimeApi) -> None:
        """The client waits for an event: `api.give` one."""
        ...

    def on_answer(self, api: RuntimeApi, request_id: str, body: bytes, failed: bool) -> None:
        """The client has answered: `api.reply`."""
        ...

    def on_init_error(self, api: RuntimeApi, body: bytes) -> None:
        """The handler could not be loaded: `api.reply`."""
        ...


class RuntimeApi(asyncio.Protocol):
    """One connection."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._data = bytearray()
        self._expecting = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        if isinstance(transport, asyncio.Transport):
            self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Serve each request that is complete."""
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head = self._data[:end].decode("latin-1")
            length = _content_length(head)
            if len(self._data) < end + 4 + length:
                self._continue(head)
                return
            body = bytes(self._data[end + 4 : end + 4 + length])
            del self._data[: end + 4 + length]
            self._expecting = False
            method, path, _ = head.split(" ", 2)
            self._serve(method, path, body)

    def _continue(self, head: str) -> None:
        """Say yes: libcurl asks before it sends more than a megabyte."""
        if not self._expecting and "\nexpect:" in head.lower() and self.transport:
            self._expecting = True
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _serve(self, method: str, path: str, body: bytes) -> None:
        posted = _POST.fullmatch(path)
        if (method, path) == ("GET", f"{PREFIX}/invocation/next"):
            self._environment.on_next(self)
        elif method == "POST" and posted:
            self._environment.on_answer(self, posted[1], body, posted[2] == "error")
        elif (method, path) == ("POST", f"{PREFIX}/init/error"):
            self._environment.on_init_error(self, body)
        else:
            self.reply(404, b'{"errorMessage":"not found","errorType":"NotFound"}')

    def give(self, headers: Mapping[str, str], payload: bytes) -> None:
        """Answer `next` with an event."""
        self._send(200, payload, "".join(f"{name}: {value}\r\n" for name, value in headers.items()))

    def reply(self, status: int, body: bytes = b'{"status":"OK"}') -> None:
        """Answer anything else."""
        self._send(status, body, "")

    def _send(self, status: int, body: bytes, headers: str) -> None:
        if self.transport and not self.transport.is_closing():
            head = (
                f"HTTP/1.1 {status} {_STATUS[status]}\r\nContent-Type: application/json\r\n{headers}"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            self.transport.write(head.encode("latin-1") + body)


def _content_length(head: str) -> int:
    found = re.search(r"\ncontent-length:\s*(\d+)", head, re.IGNORECASE)
    return int(found[1]) if found else 0
