"""The memory of an environment's process, from Linux's /proc; elsewhere nothing is known and nothing enforced."""

from __future__ import annotations

from pathlib import Path

MB = 1024  # kB


def exceeds(pid: int, limit_mb: int) -> bool:
    """Whether a process has more than its limit now.

    Only resident memory that is no file's counts, as where cgroups kill: mapped files (a model, a library) are given
    back by the kernel before that, and address space costs nothing.
    """
    found = status(pid)
    return found.get("RssAnon", 0) + found.get("RssShmem", 0) > limit_mb * MB


def peak_mb(pid: int | None) -> int:
    """The most resident memory that a process has had, in MB, files' too; 0 where it is not known."""
    found = status(pid) if pid else {}
    return -(-found.get("VmHWM", 0) // MB)


def status(pid: int) -> dict[str, int]:
    """The kB figures of /proc/PID/status; empty when the process is gone, or there is no /proc."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return {}
    return {
        name: int(value.split()[0])
        for name, _, value in (line.partition(":") for line in text.splitlines())
        if name in ("VmHWM", "RssAnon", "RssShmem")
    }
