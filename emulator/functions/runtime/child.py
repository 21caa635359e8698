"""What a forked process does to become an environment: descriptors, folders, variables, modules, then the client."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from typing import Any

from emulator.functions.runtime import client, sandbox

FRAMED_FD = 3  # where an environment writes its framed log


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
