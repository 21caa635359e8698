"""A warm parent: imports libraries, then forks a child for each request. Linux only.

    python -c BOOT ROOT CONTROL_FD MODULES     (MODULES: a JSON list of names)

Its last line of output is "ready " and JSON: the packages' folders with their times, and the modules left out. Then
each byte on the control socket comes with open files: the channel of the request, the child's output, and those that
the child is to have. On the channel go back "pid " with the child's pid and, when it has ended, "end " with its exit
status; it stays a zombie until the other end of the channel is closed, so that its pid is nobody else's meanwhile. The
end of the control socket ends the parent once its last child has.

A fork copies one thread. So the parent must have one only: a module that starts a thread, or keeps a file open, is left
out. OpenBLAS ends its threads before each fork and starts them anew when it needs them: that is fine.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import warnings
from typing import NoReturn

from emulator.warm import child

BOOT = "import sys; sys.path[0] = sys.argv[1]; from emulator.warm import parent; parent.main()"
MAX_FDS = 16


def main() -> NoReturn:
    """Import, report, and fork until the control socket ends."""
    control, names = sys.argv[2:4]
    path = sys.path[1:]  # without our root
    packages = {folder: os.stat(folder).st_mtime_ns for folder in path if folder.endswith("-packages")}
    left_out = preload(json.loads(names))
    gc.collect()
    gc.freeze()  # the libraries' objects are no garbage: no collection of a child looks at them
    modules = frozenset(sys.modules)
    print("ready " + json.dumps({"packages": packages, "left_out": left_out}), flush=True)
    child.become(serve(socket.socket(fileno=int(control)), path, modules))


def preload(names: list[str]) -> list[str]:
    """Import what is installed; the names of modules that may not be in a parent.

    One that starts a thread or opens a file cannot be unloaded: this process starts again without it.
    """
    left_out: list[str] = json.loads(os.environ.pop("LEFT_OUT", "[]"))
    for name in names:
        if name in left_out:
            continue
        files = open_files()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                importlib.import_module(name)
            except Exception:  # noqa: S112 - absent or broken: the job that imports it sees for itself
                continue
        if open_files() != files or not alone():
            again = {**os.environ, "LEFT_OUT": json.dumps([*left_out, name])}
            os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], again)  # noqa: S606
    return left_out


def open_files() -> set[str]:
    """The numbers of the open files."""
    return set(os.listdir("/proc/self/fd"))


def alone() -> bool:
    """Whether a fork leaves this process with one thread (those that OpenBLAS ends before a fork are gone after it)."""
    if threads() > 1:
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
    return threads() == 1


def threads() -> int:
    """How many threads this process has."""
    return len(os.listdir("/proc/self/task"))


def serve(control: socket.socket, path: list[str], modules: frozenset[str]) -> child.Fork:
    """Fork for each request. Returns in the child alone; the parent ends here."""
    parent = os.getpid()
    woken, wake = socket.socketpair()
    wake.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler, or the system call below is not interrupted
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    family = Family()
    watched: list[socket.socket] = [control, woken]
    while watched[0] is control or family.channels:
        ready, _, _ = select.select([*watched, *family.ended], [], [])
        if woken in ready:
            woken.recv(4096)
        family.bury([channel for channel in ready if channel in family.ended])
        family.report()
        if control not in ready:
            continue
        message, fds, _, _ = socket.recv_fds(control, 1, MAX_FDS)
        if not message:
            watched.remove(control)
        elif (pid := os.fork()) == 0:
            foreign = [control, woken, wake, *family.channels.values()]
            return child.Fork(parent, fds[0], fds[1], fds[2:], foreign, path, modules)
        else:
            family.add(pid, fds)
    sys.exit(0)


class Family:
    """The children that have not been buried, by pid, each with our end of its channel."""

    def __init__(self) -> None:
        self.channels: dict[int, socket.socket] = {}
        self.ended: dict[socket.socket, int] = {}

    def add(self, pid: int, fds: list[int]) -> None:
        """A child was born; its files are its own from now on."""
        self.channels[pid] = socket.socket(fileno=fds[0])
        for number in fds[1:]:
            os.close(number)

    def report(self) -> None:
        """Tell the exit status of the children that have ended (128 + n for signal n)."""
        for pid, channel in self.channels.items():
            if channel in self.ended:
                continue
            end = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
            if end:
                self.ended[channel] = pid
                self._tell(pid, end.si_status if end.si_code == os.CLD_EXITED else 128 + end.si_status)

    def bury(self, channels: list[socket.socket]) -> None:
        """Let go of children whose end was heard."""
        for channel in channels:
            if channel.recv(65_536):  # a request that its child did not live to read
                continue
            pid = self.ended.pop(channel)
            os.waitpid(pid, 0)
            channel.close()
            del self.channels[pid]

    def _tell(self, pid: int, status: int) -> None:
        try:
            self.channels[pid].sendall(b"end %d\n" % status)
        except OSError:  # nobody listens any more
            return
