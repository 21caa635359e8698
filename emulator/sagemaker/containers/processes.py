"""The processes that we started: spawned from one thread, remembered in the store, gone when we are.

On Linux a process dies with its parent's thread (PR_SET_PDEATHSIG), hence one thread that lives as long as the emulator
does all spawning. Elsewhere, and for grandchildren, the next start ends what is remembered.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Protocol

from emulator.sagemaker.store import Store

PROC = Path("/proc/self")


class Process(Protocol):
    """A process that leads a session of its own; `output` is the reading end of its output."""

    pid: int
    output: int

    def ended(self) -> None:
        """Block until it has ended."""
        ...

    def reap(self) -> int:
        """Let its pid go; the exit status (128 + n for signal n)."""
        ...


class SpawnedProcess:
    """A program that was started anew."""

    def __init__(self, argv: Sequence[str], env: dict[str, str], fds: Sequence[int]) -> None:
        self.output, output = os.pipe()
        try:
            self._process = subprocess.Popen(
                argv,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=fds,
            )
        finally:
            os.close(output)
        self.pid = self._process.pid

    def ended(self) -> None:
        """Block until it has ended; without reaping, where the system can."""
        if hasattr(os, "waitid"):
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        else:
            self._process.wait()

    def reap(self) -> int:
        """Let its pid go; the exit status (128 + n for signal n)."""
        status = self._process.wait()
        return status if status >= 0 else 128 - status


class Processes:
    """Starts process groups and ends them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._spawner = ThreadPoolExecutor(1, thread_name_prefix="sagemaker-spawn")
        self._lock = threading.Lock()
        self._alive: set[int] = set()

    def spawn(self, argv: Sequence[str], env: dict[str, str], fds: Sequence[int] = ()) -> Process:
        """Start a process in a session of its own, standard error joined to its output."""
        return self.adopt(self._spawner.submit(SpawnedProcess, argv, env, fds).result())

    def adopt(self, process: Process) -> Process:
        """A process that leads a group of its own is ours to end."""
        with self._lock:
            self._alive.add(process.pid)
        self._store.add_process(process.pid, started(process.pid))
        return process

    def reap(self, process: Process) -> int:
        """Wait for a process, end what it left in its group, and return its exit status (128 + n for signal n)."""
        process.ended()
        with self._lock:
            self._alive.discard(process.pid)
        kill_group(process.pid, signal.SIGKILL)  # its number is not given away before it is reaped
        status = process.reap()
        self._store.remove_process(process.pid)
        return status

    def signal(self, process: Process, number: signal.Signals) -> None:
        """Send a signal to a process's whole group, if it still runs."""
        with self._lock:
            if process.pid in self._alive:
                kill_group(process.pid, number)

    def end_strays(self) -> None:
        """End the groups that an emulator before us left behind."""
        for pid, start in self._store.processes():
            for stray in members(pid):
                if started(stray) >= start:
                    kill(stray)
            self._store.remove_process(pid)

    def close(self) -> None:
        """End every process."""
        with self._lock:
            for pid in self._alive:
                kill_group(pid, signal.SIGKILL)
        self._spawner.shutdown(wait=False)


def started(pid: int) -> str:
    """When a process started, as sortable text: clock ticks since boot, or the time where /proc is absent (macOS)."""
    if PROC.exists():
        return _field(pid, 19).zfill(20)
    text = _ps("-o", "lstart=", "-p", str(pid)).strip()
    return datetime.strptime(text, "%a %b %d %H:%M:%S %Y").isoformat() if text else ""


def _ps(*arguments: str) -> str:
    return subprocess.run(["ps", *arguments], capture_output=True, text=True, env={"LC_ALL": "C"}, check=False).stdout


def members(group: int) -> list[int]:
    """The processes of a group."""
    if not PROC.exists():
        rows = [line.split() for line in _ps("-axo", "pid=,pgid=").splitlines()]
        return [int(pid) for pid, of in rows if of == str(group)]
    return [int(e.name) for e in PROC.parent.glob("[0-9]*") if _field(int(e.name), 2) == str(group)]


def _field(pid: int, number: int) -> str:
    """A field of /proc/PID/stat, counted after the program's name."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[number]
    except OSError:
        return ""


def kill_group(group: int, number: signal.Signals) -> None:
    """Signal a group; one that is gone is fine."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS says PermissionError for a zombie's group
        return


def kill(pid: int) -> None:
    """Kill a process; one that is gone is fine."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
