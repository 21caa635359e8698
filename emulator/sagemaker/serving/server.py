"""The script-mode model server: GET /ping and POST /invocations over a socket that is already listening.

    python server.py FD

Loads SAGEMAKER_PROGRAM from SAGEMAKER_SUBMIT_DIRECTORY and calls its model_fn, input_fn, predict_fn and output_fn (or
transform_fn), each with the defaults of AWS's inference toolkit. It runs as a script in a process of its own, so it
imports little and nothing of the emulator.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
import threading
import traceback
from types import ModuleType
from typing import Any

MODEL_DIR = "/opt/ml/model"
REASONS = {200: "OK", 404: "Not Found", 415: "Unsupported Media Type", 500: "Internal Server Error"}


class Unsupported(Exception):
    """A content type that the default functions cannot read or write."""


def load_program() -> ModuleType:
    """The user's module. Its folder leads sys.path, so that it can import its neighbours."""
    folder = os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY", f"{MODEL_DIR}/code")
    path = os.path.join(folder, os.environ.get("SAGEMAKER_PROGRAM", "inference.py"))
    sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location(os.path.basename(path).removesuffix(".py"), path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def default_input(body: bytes, content_type: str) -> Any:
    """JSON, CSV or NumPy's own format, decoded as the inference toolkit does."""
    import io
    import json

    if content_type == "application/json":
        return json.loads(body)
    if content_type in ("text/csv", "application/x-npy"):
        import numpy

        csv = content_type == "text/csv"
        return numpy.genfromtxt(io.BytesIO(body), delimiter=",") if csv else numpy.load(io.BytesIO(body))
    raise Unsupported(f"content type {content_type!r}: the program has no input_fn for it")


def default_output(prediction: Any, accept: str) -> bytes:
    """JSON, CSV or NumPy's own format, encoded as the inference toolkit does."""
    import io
    import json

    if accept in ("application/json", "*/*"):
        return json.dumps(prediction.tolist() if hasattr(prediction, "tolist") else prediction).encode()
    import numpy

    buffer = io.BytesIO()
    if accept == "text/csv":
        numpy.savetxt(buffer, numpy.asarray(prediction), delimiter=",", fmt="%s")
    elif accept == "application/x-npy":
        numpy.save(buffer, prediction)
    else:
        raise Unsupported(f"accept {accept!r}: the program has no output_fn for it")
    return buffer.getvalue()


class Handler:
    """The user's program and its loaded model."""

    def __init__(self) -> None:
        self.program = load_program()
        self.model = self._function("model_fn")(os.environ.get("SM_MODEL_DIR", MODEL_DIR))

    def _function(self, name: str) -> Any:
        function = getattr(self.program, name, None)
        if function is None:
            raise NotImplementedError(f"{self.program.__name__}.py defines no {name}")
        return function

    def invoke(self, body: bytes, content_type: str, accept: str) -> tuple[bytes, str]:
        """One request through the user's functions: the answer's body and content type."""
        program = self.program
        if hasattr(program, "transform_fn"):
            answer = program.transform_fn(self.model, body, content_type, accept)
        else:
            data = getattr(program, "input_fn", default_input)(body, content_type)
            predict = getattr(program, "predict_fn", lambda data, model: model.predict(data))
            answer = getattr(program, "output_fn", default_output)(predict(data, self.model), accept)
        content, kind = answer if isinstance(answer, tuple) else (answer, accept)
        return content.encode() if isinstance(content, str) else bytes(content), kind


def answer(handler: Handler, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes, str]:
    """Status, body and content type of one request."""
    if (method, path) == ("GET", "/ping"):
        return 200, b"", "text/plain"
    if (method, path) != ("POST", "/invocations"):
        return 404, b"", "text/plain"
    kind = headers.get("content-type", "application/json")
    accept = headers.get("accept") or os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "application/json")
    try:
        content, kind = handler.invoke(body, kind, accept)
    except Unsupported as error:
        return 415, str(error).encode(), "text/plain"
    except Exception:
        traceback.print_exc()
        return 500, traceback.format_exc().encode(), "text/plain"
    return 200, content, kind


def serve(handler: Handler, connection: socket.socket) -> None:
    """Answer the requests of one connection until it closes."""
    with connection, connection.makefile("rb", 1 << 16) as stream:
        while start := stream.readline():
            method, path, _ = start.decode().split(" ", 2)
            headers: dict[str, str] = {}
            while (line := stream.readline().strip()) != b"":
                name, _, value = line.decode("latin-1").partition(":")
                headers[name.strip().lower()] = value.strip()
            body = stream.read(int(headers.get("content-length", 0)))
            status, content, kind = answer(handler, method, path, headers, body)
            size = len(content)
            head = f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n\r\n"
            connection.sendall(head.encode() + content)


def main() -> None:
    """Load the model, then serve every connection in a thread of its own."""
    listener = socket.socket(fileno=int(sys.argv[1]))
    handler = Handler()
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=serve, args=(handler, connection), daemon=True).start()


if __name__ == "__main__":
    main()
