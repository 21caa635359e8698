"""The interpreter that environments are forked from: AWS's runtime is imported already, no thread was ever started.

    python -I -S -X utf8 -c "…; zygote.main()" FD RUNTIME_FOLDER CLIENT MOUNT_POINT

It reads one JSON line for each environment from its socket, with two file descriptors (standard output, framed log),
answers `{"started": id, "pid": n}`, and `{"exited": pid, "status": n}` (waitpid's) when one has ended. The end of the
socket is the end of the emulator: every environment is killed.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import Any

from emulator.functions.runtime import child, sandbox

AHEAD = (
    *("boto3", "botocore.session", "botocore.auth", "botocore.endpoint", "botocore.parsers", "botocore.httpsession"),
    *("botocore.credentials", "botocore.regions", "s3transfer", "simplejson", "http.client", "logging", "traceback"),
    *("snapshot_restore_py", "concurrent.futures", "decimal", "datetime", "email.parser", "ssl"),
)


def main() -> None:
    """Serve forks; in a forked child, become the environment."""
    fd, runtime, chosen, mount_point = sys.argv[1:]
    sys.path[:] = [path for path in sys.path if not os.path.exists(os.path.join(path, "emulator", "functions"))]
    own = list(sys.path)
    sys.path.append(runtime)
    sys.dont_write_bytecode = True  # a package is read-only on AWS too
    import_ahead()
    zygote = Zygote(socket.socket(fileno=int(fd)), sandbox.works(mount_point))
    request = zygote.serve()
    child.become(request, own, runtime, chosen, mount_point if zygote.sandboxed else None)


def import_ahead() -> None:
    """Import what most functions need, once; what cannot be imported is left to the function."""
    for name in AHEAD:
        with suppress(ImportError):
            __import__(name)
    gc.collect()
    gc.freeze()


class Zygote:
    """The loop of the parent."""

    def __init__(self, control: socket.socket, sandboxed: bool) -> None:
        self._control = control
        self.sandboxed = sandboxed
        self._children: set[int] = set()
        self._data = b""
        self._fds: list[int] = []

    def serve(self) -> dict[str, Any]:
        """Return in each forked child, with its request; never in the parent."""
        woken, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's ^C is the emulator's
        self._say({"ready": os.getpid(), "sandboxed": self.sandboxed})
        while True:
            readable, _, _ = select.select([self._control.fileno(), woken], [], [])
            if woken in readable:
                os.read(woken, 4096)
                self._reap()
            if self._control.fileno() in readable:
                for request in self._requests():
                    if self._fork(request):
                        return request

    def _requests(self) -> list[dict[str, Any]]:
        try:
            data, fds, _, _ = socket.recv_fds(self._control, 1 << 20, 16)
        except ConnectionResetError:  # the emulator was killed
            data, fds = b"", []
        if not data:
            self._end()
        self._fds += fds
        *lines, self._data = (self._data + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def _fork(self, request: dict[str, Any]) -> bool:
        fds = [self._fds.pop(0), self._fds.pop(0)]
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            child.detach(parent, fds, self._control)
            return True
        for fd in fds:
            os.close(fd)
        self._children.add(pid)
        self._say({"started": request["id"], "pid": pid})
        return False

    def _reap(self) -> None:
        while self._children:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            kill(pid)  # what the environment itself started
            self._children.discard(pid)
            self._say({"exited": pid, "status": status})

    def _say(self, message: dict[str, Any]) -> None:
        try:
            self._control.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            self._end()

    def _end(self) -> None:
        for pid in self._children:
            kill(pid)
        os._exit(0)


def kill(group: int) -> None:
    """End an environment and what it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
