"""The runtime client of an environment: AWS's own where it is installed, else this one, which speaks the same protocol.

Source: AWS, "Using the Lambda runtime API for custom runtimes"; errors and log frames are those of awslambdaric.
"""

from __future__ import annotations

import http.client
import importlib
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from types import SimpleNamespace, TracebackType
from typing import Any

from emulator.functions.runtime.context import Context
from emulator.functions.runtime.telemetry import Telemetry, set_up_logging

API = "/2018-06-01/runtime"
JSON = "application/json"
Handler = Callable[[Any, Any], Any]


def run_awslambdaric(handler: str) -> None:
    """Serve with AWS's client, until the process is ended."""
    from awslambdaric import bootstrap  # type: ignore[import-untyped, unused-ignore]
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient  # type: ignore[import-untyped, unused-ignore]

    bootstrap.run(handler, LambdaRuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"]))


class Fault(Exception):
    """An error of the runtime, not of the handler; `kind` is its errorType."""

    def __init__(self, kind: str, message: str, trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.trace = trace or []


def run(handler: str, address: str) -> None:
    """Serve, until the process is ended; exit status 1 when the handler cannot be loaded."""
    telemetry = Telemetry(int(os.environ.pop("_LAMBDA_TELEMETRY_LOG_FD")))
    calling = SimpleNamespace(request_id="")
    set_up_logging(telemetry, calling)
    api = Api(address)
    try:
        function = load(handler)
    except Exception as error:
        failed = describe(error, "")
        telemetry.error(failed)
        api.post("/init/error", json.dumps(failed).encode(), failed["errorType"])
        sys.exit(1)
    while True:
        headers, body = api.next()
        calling.request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        serve(api, telemetry, function, headers, body)


def load(handler: str) -> Handler:
    """The function that a handler's name means. Raises Fault, or what importing its module raises."""
    module, _, name = handler.rpartition(".")
    if not module:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{handler}': not enough values to unpack")
    try:
        loaded = importlib.import_module(module.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{module}': {error}") from error
    except SyntaxError as error:
        trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        message = f"Syntax error in module '{module}': {error}"
        raise Fault("Runtime.UserCodeSyntaxError", message, trace) from error
    if not hasattr(loaded, name):
        raise Fault("Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module}'")
    found: Handler = getattr(loaded, name)
    return found


def serve(api: Api, telemetry: Telemetry, function: Handler, headers: http.client.HTTPMessage, body: bytes) -> None:
    """Answer one event."""
    request_id = headers["Lambda-Runtime-Aws-Request-Id"]
    os.environ["_X_AMZN_TRACE_ID"] = headers["Lambda-Runtime-Trace-Id"] or ""
    try:
        answer = encode(function(decode(body), Context(headers)))
    except Exception as error:
        failed = describe(error, request_id)
        telemetry.error(failed)
        api.post(f"/invocation/{request_id}/error", json.dumps(failed).encode(), failed["errorType"])
    else:
        api.post(f"/invocation/{request_id}/response", answer)


def decode(body: bytes) -> Any:
    """The event of a payload."""
    try:
        return json.loads(body)
    except ValueError as error:
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from error


def encode(answer: Any) -> bytes:
    """The payload of what a handler returned."""
    try:
        return json.dumps(answer, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def describe(error: Exception, request_id: str) -> dict[str, Any]:
    """errorMessage, errorType, requestId, stackTrace."""
    if isinstance(error, Fault):
        kind, trace = error.kind, error.trace
    else:
        kind, trace = type(error).__name__, frames(error.__traceback__)
    return {"errorMessage": str(error), "errorType": kind, "requestId": request_id, "stackTrace": trace}


def frames(trace: TracebackType | None) -> list[str]:
    """The stack from the handler's module on."""
    found = traceback.extract_tb(trace)
    first = next((n for n, frame in enumerate(found) if frame.filename != __file__), 0)
    return traceback.format_list([(f.filename, f.lineno or 0, f.name, f.line) for f in found[first:]])


class Api:
    """The Runtime API over one connection."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(address)

    def next(self) -> tuple[http.client.HTTPMessage, bytes]:
        """Wait for the next event: its headers and its payload."""
        self._connection.request("GET", f"{API}/invocation/next")
        answer = self._connection.getresponse()
        return answer.headers, answer.read()

    def post(self, path: str, body: bytes, error: str | None = None) -> None:
        """Hand over an answer or an error. Raises RuntimeError when it is not taken, which ends the environment."""
        headers = {"Content-Type": JSON} | ({"Lambda-Runtime-Function-Error-Type": error} if error else {})
        self._connection.request("POST", API + path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode(errors="replace")
        if answer.status != http.client.ACCEPTED:
            logging.error("Failed to post handler success response. Http response code: %s. %s", answer.status, text)
            raise RuntimeError(f"LAMBDA_RUNTIME {path} was answered by {answer.status}")
