"""Turns itself into a job's program: makes /opt/ml the job's folder, ties its life to the emulator's, then executes.

    python -I -S launch.py PARENT_PID ML_FOLDER shared|isolated WORKING_FOLDER PROGRAM [ARGUMENT …]

Runs as a script in a process of its own, so it imports little and nothing of the emulator. ML_FOLDER is "-" where mount
namespaces do not work; "isolated" also takes the network away. Sources: unshare(2), mount(2), user_namespaces(7),
prctl(2).
"""

from __future__ import annotations

import os
import signal
import sys

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
PR_SET_PDEATHSIG = 1
MOUNT_POINT = "/opt/ml"


def call(name: str, *arguments: object) -> None:
    """Call a function of the C library. Raises OSError when it fails."""
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def enter_namespaces(ml: str, isolated: bool) -> None:
    """A private mount table (and network) in which /opt/ml is the folder `ml`."""
    user, group = os.geteuid(), os.getegid()
    call("unshare", CLONE_NEWNS | (CLONE_NEWNET if isolated else 0) | (CLONE_NEWUSER if user else 0))
    if user:
        write("/proc/self/setgroups", "deny")
        write("/proc/self/uid_map", f"{user} {user} 1")
        write("/proc/self/gid_map", f"{group} {group} 1")
    call("mount", None, b"/", None, MS_REC | MS_PRIVATE, None)
    if os.path.isdir(MOUNT_POINT):
        bind(ml, MOUNT_POINT)
    else:
        shadow_parent(ml)
    if isolated:
        raise_loopback()


def shadow_parent(ml: str) -> None:
    """/opt/ml where the machine has none: a stand-in for /opt with everything that /opt has, and ml."""
    parent, name = os.path.split(MOUNT_POINT)
    stand_in = ml + "-parent"
    os.makedirs(os.path.join(stand_in, name), exist_ok=True)
    for entry in os.scandir(parent):
        target = os.path.join(stand_in, entry.name)
        if entry.is_symlink() and os.path.lexists(target):
            continue
        if entry.is_symlink():
            os.symlink(os.readlink(entry.path), target)
        elif entry.is_dir():
            os.makedirs(target, exist_ok=True)
            bind(entry.path, target)
    bind(ml, os.path.join(stand_in, name))
    bind(stand_in, parent)


def bind(source: str, target: str) -> None:
    """Mount a folder, with what is mounted below it, on another."""
    call("mount", source.encode(), target.encode(), None, MS_BIND | MS_REC, None)


def raise_loopback() -> None:
    """Bring up the only interface that an isolated process has (SIOCSIFFLAGS, IFF_UP)."""
    import fcntl
    import socket
    import struct

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, 0x8914, struct.pack("16sh22x", b"lo", 1))


def write(path: str, text: str) -> None:
    """Write one of the kernel's files."""
    with open(path, "w") as file:
        file.write(text)


def die_with(parent: int) -> None:
    """Be killed when the parent's spawning thread ends, whatever ended it (Linux)."""
    if sys.platform == "linux":
        call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("the emulator has gone")


def main() -> None:
    """Prepare, then become the program."""
    parent, ml, network, folder, *program = sys.argv[1:]
    if ml != "-":
        enter_namespaces(ml, network == "isolated")
    die_with(int(parent))
    os.chdir(folder)
    try:
        os.execvp(program[0], program)  # noqa: S606 - the job's own program
    except OSError as error:
        print(f"{program[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main()
