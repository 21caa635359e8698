"""One model server as seen from outside: started on a socket that we opened, asked over HTTP, ended."""

from __future__ import annotations

import http.client
import shutil
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from emulator.sagemaker.containers.container import Container
from emulator.sagemaker.containers.starter import ContainerSpec, Starter

SCRIPT = Path(__file__).with_name("server.py")
START_S = 600  # how long a model may take to load


class ServerGone(Exception):
    """The server's process ended, or did not answer in time."""


class ModelServer:
    """A process that serves one model. The listening socket is ours, so a connection waits until the model is loaded
    (nothing polls), no port is ever lost to another program, and an isolated process can serve too.
    """

    def __init__(
        self,
        spec: ContainerSpec,
        starter: Starter,
        folder: Path,
        on_lines: Callable[[list[str]], None],
        model_data: str = "",
    ) -> None:
        self.folder = folder
        self.model_data = model_data  # ETag of what it loaded
        self.on_lines = on_lines  # may change while it runs: each job gets its own lines
        self.status = 0
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._port = listener.getsockname()[1]
            fd = listener.fileno()
            argv = ["python3", str(SCRIPT), str(fd)]
            spec = replace(spec, argv=argv, fds=(fd,))
            self.container = Container(spec, starter, lambda lines: self.on_lines(lines))
        self.started = time.monotonic()
        self.ended = threading.Event()
        threading.Thread(target=self._watch, name="sagemaker-server", daemon=True).start()

    def _watch(self) -> None:
        self.status = self.container.wait()
        self.ended.set()

    def request(
        self, method: str, path: str, body: bytes, headers: dict[str, str], timeout_s: float
    ) -> tuple[int, bytes]:
        """One HTTP request: status and body. Raises ServerGone."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=timeout_s)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise ServerGone(str(error) or type(error).__name__) from error
        finally:
            connection.close()

    def wait_ready(self) -> None:
        """Return when the model is loaded. Raises ServerGone."""
        status, _ = self.request("GET", "/ping", b"", {}, START_S)
        if status != 200:
            raise ServerGone(f"GET /ping answered {status}")

    def close(self, grace_s: float = 0.0) -> None:
        """End the process, wait for its end, and remove its folder."""
        if not self.ended.wait(grace_s):
            self.container.kill()
        self.ended.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
