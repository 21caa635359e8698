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
import time
from contextlib import suppress
from typing import Any

from emulator.functions.runtime import client, sandbox

FRAMED_FD = 3  # where an environment writes its framed log
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
    become(request, own, runtime, chosen, mount_point if zygote.sandboxed else None)


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
        data, fds, _, _ = socket.recv_fds(self._control, 1 << 20, 16)
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
            detach(parent, fds, self._control)
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


def detach(parent: int, fds: list[int], control: socket.socket) -> None:
    """Make a forked child a session of its own that ends with the zygote and writes to these descriptors."""
    os.setsid()
    sandbox.die_with(parent)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    control.close()
    output, framed = fds
    copies = [os.dup(output), os.dup(framed)]
    for fd in fds:
        os.close(fd)
    null = os.open(os.devnull, os.O_RDONLY)
    high = [os.dup2(copy, 100 + n) for n, copy in enumerate([*copies, null])]
    os.closerange(FRAMED_FD, 100)
    for source, target in zip(high, (1, FRAMED_FD, 0), strict=True):
        os.dup2(source, target, inheritable=target != FRAMED_FD)
    os.dup2(1, 2)
    os.closerange(100, 103)


def become(request: dict[str, Any], own: list[str], runtime: str, chosen: str, mount_point: str | None) -> None:
    """Turn this process into the environment: its folders, variables and modules, then the runtime client."""
    if mount_point:
        sandbox.enter(mount_point, ephemeral_mb=request["ephemeral_mb"], kept=request["kept"], fixed=request["fixed"])
    os.environ.clear()
    os.environ.update(request["variables"])
    if not mount_point:
        os.makedirs(request["tmp"], exist_ok=True)
        os.environ["TMPDIR"] = request["tmp"]
    time.tzset()
    os.chdir(request["task"])
    given = [path for path in os.environ.get("PYTHONPATH", "").split(":") if path and path != runtime]
    sys.path[:] = [request["task"], *request["libraries"], *given, runtime, *own]
    sys.path_importer_cache.clear()
    forget(own, runtime)
    sys.argv[:] = [os.path.join(runtime, "bootstrap")]
    os.environ["_LAMBDA_TELEMETRY_LOG_FD"] = str(FRAMED_FD)
    if chosen == "awslambdaric":
        client.run_awslambdaric(os.environ["_HANDLER"])
    else:
        client.run(os.environ["_HANDLER"], os.environ["AWS_LAMBDA_RUNTIME_API"])


def forget(own: list[str], runtime: str) -> None:
    """Unload what was imported ahead and the function ships itself, with all that came from the runtime's folder."""
    import importlib.machinery

    mine = {name for name in sys.modules if name.partition(".")[0] == "emulator"}
    ahead = {n for n, m in sys.modules.items() if str(getattr(m, "__file__", "") or "").startswith(runtime + os.sep)}
    before = sys.path[: sys.path.index(runtime)]
    shipped = any(
        importlib.machinery.PathFinder.find_spec(name, before) for name in {n.partition(".")[0] for n in ahead}
    )
    for name in mine | (ahead if shipped else set()):
        del sys.modules[name]
