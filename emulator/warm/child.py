"""A fresh fork of a warm parent becomes a process of its own: nothing of the parent's but the imported libraries."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from emulator.warm import launch, program

LATE = (
    "emulator: {name} comes too late: the libraries were imported before this program was forked; "
    "give it in the job's Environment, and it gets an interpreter of its own"
)


@dataclass(frozen=True)
class Fork:
    """What a child has of its parent's: its pid, open files by use, and the interpreter's state before any job."""

    parent: int
    channel: int
    output: int
    passed: Sequence[int]
    foreign: Sequence[socket.socket]
    path: Sequence[str]
    modules: Collection[str]


def become(fork: Fork) -> NoReturn:
    """Read the request from the channel, then be its program until the process ends."""
    os.setsid()
    os.write(fork.channel, b"pid %d\n" % os.getpid())  # from now on signals to its group reach it
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for other in fork.foreign:
        other.close()
    for standard in (1, 2):
        os.dup2(fork.output, standard)
    os.close(fork.output)
    request = _read(fork.channel)
    _place(fork.passed, request["fds"])
    argv = request["argv"]
    parsed = program.parse(argv[1:])
    if parsed is None:
        sys.exit(f"the emulator forked for {argv}, which needs an interpreter of its own")
    _enter(request, fork.parent)
    _forget(request["env"], argv, fork.path)
    _tell_what_is_late(tuple(request["late"]))
    program.run(parsed, fork.modules)


def _read(channel: int) -> Any:
    """The request, one line of JSON; its end of the channel is closed after it."""
    with os.fdopen(channel, "rb") as file:
        return json.loads(file.readline())


def _place(passed: Sequence[int], wanted: Sequence[int]) -> None:
    """Give open files the numbers that the program knows them by."""
    above = max([2, *wanted]) + 1
    moved = [_move(number, above) for number in passed]
    for number, target in zip(moved, wanted, strict=True):
        os.dup2(number, target)
        os.close(number)


def _move(number: int, above: int) -> int:
    import fcntl

    copy = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, above)
    os.close(number)
    return copy


def _enter(request: dict[str, Any], parent: int) -> None:
    if request["ml"] != "-":
        launch.enter_namespaces(request["ml"], request["isolated"])
    launch.die_with(parent)
    os.chdir(request["folder"])


def _tell_what_is_late(beginnings: tuple[str, ...]) -> None:
    """Say so when the program sets a variable that its libraries have read already."""
    said: set[str] = set()

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "os.putenv":
            name = os.fsdecode(arguments[0])
            if name.startswith(beginnings) and name not in said:
                said.add(name)
                print(LATE.format(name=name), file=sys.stderr)

    sys.addaudithook(hear)


def _forget(env: dict[str, str], argv: list[str], path: Sequence[str]) -> None:
    """Environment, arguments, paths, time zone and random state as an interpreter of its own would have them."""
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    sys.orig_argv[:] = argv
    sys.path[:] = path
    for name in [name for name in sys.modules if name.partition(".")[0] == "emulator"]:
        del sys.modules[name]
    if "tempfile" in sys.modules:
        vars(sys.modules["tempfile"])["tempdir"] = None
    if "numpy.random" in sys.modules:  # `random` sees to itself; NumPy's global generator would be every child's
        sys.modules["numpy.random"].seed()
