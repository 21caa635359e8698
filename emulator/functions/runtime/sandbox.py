"""An environment's own /tmp and read-only code, where the kernel allows mount namespaces (Linux).

Sources: unshare(2), mount(2), user_namespaces(7), prctl(2).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND = 0x1, 0x2, 0x4, 0x20, 0x1000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
PR_SET_PDEATHSIG = 1
TMP = "/tmp"  # noqa: S108 - the environment's own


def works(mount_point: str) -> bool:
    """Whether a process may have a /tmp of its own here; tried, not guessed from the platform."""
    if sys.platform != "linux":
        return False
    pid = os.fork()
    if pid == 0:
        try:
            enter(mount_point, ephemeral_mb=1, kept=[], fixed=[])
            os._exit(0 if not os.listdir(TMP) else 1)
        except BaseException:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def enter(mount_point: str, *, ephemeral_mb: int, kept: Sequence[str], fixed: Sequence[str]) -> None:
    """Give this process an empty /tmp of its size; `kept` folders stay visible, `fixed` ones become read-only.

    Raises OSError. A folder that lies below /tmp itself stays visible there.
    """
    user, group = os.geteuid(), os.getegid()
    call("unshare", CLONE_NEWNS | (CLONE_NEWUSER if user else 0))
    if user:
        write("/proc/self/setgroups", "deny")
        write("/proc/self/uid_map", f"{user} {user} 1")
        write("/proc/self/gid_map", f"{group} {group} 1")
    call("mount", None, b"/", None, MS_REC | MS_PRIVATE, None)
    size = f"size={ephemeral_mb}m,mode=1777".encode()
    call("mount", b"tmpfs", mount_point.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, size)
    for folder in kept:
        if folder.startswith(TMP + "/") and not mount_point.startswith(folder + "/"):
            below = mount_point + folder.removeprefix(TMP)
            os.makedirs(below, exist_ok=True)
            bind(folder, below)
    bind(mount_point, TMP)
    for folder in fixed:
        bind(folder, folder)
        with suppress(OSError):  # flags that the outer mount has locked; the modes still forbid writing to all but root
            call("mount", None, folder.encode(), None, MS_BIND | MS_REMOUNT | MS_RDONLY, None)


def bind(source: str, target: str) -> None:
    """Mount a folder, with what is mounted below it, on another."""
    call("mount", source.encode(), target.encode(), None, MS_BIND | MS_REC, None)


def die_with(parent: int) -> None:
    """Be killed when the zygote ends, whatever ended it (Linux; elsewhere it kills its children itself)."""
    if sys.platform == "linux":
        call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def call(name: str, *arguments: object) -> None:
    """Call a function of the C library. Raises OSError when it fails."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def write(path: str, text: str) -> None:
    """Write one of the kernel's files."""
    with open(path, "w") as file:
        file.write(text)
