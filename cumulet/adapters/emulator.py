"""The emulator as a process of this machine: start, find, stop; and its clock."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import urllib3

from cumulet.contracts.errors import ContractError, JobError, UnavailableError

DEFAULT_PORT = 4566
POLL_S = 0.05
"""How often a process that starts or stops is looked at: nothing tells us when it is done."""
PORTS = 3
"""So many ports are tried: between the look at one and its use another program may take it."""
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT")


@dataclass(frozen=True)
class Running:
    """An emulator that answers."""

    endpoint: str
    pid: int
    health: dict[str, Any]


def _get(url: str, timeout: float = 2.0) -> dict[str, Any] | None:
    try:
        body: dict[str, Any] = urllib3.request("GET", url, timeout=timeout, retries=False).json()
    except (urllib3.exceptions.HTTPError, ValueError):
        return None
    return body


def health(endpoint: str) -> dict[str, Any] | None:
    """The emulator's account of itself; None when what answers there is no emulator of ours, or nothing does."""
    answer = _get(f"{endpoint}/_emulator/health")
    return answer if answer and "pid" in answer else None


def running(state: Path) -> Running | None:
    """The emulator that uses this state folder, if it is alive."""
    try:
        record = json.loads((state.parent / "emulator.json").read_text())
    except (OSError, ValueError):
        return None
    answer = health(record["endpoint"])
    if answer is None or answer["pid"] != record["pid"]:
        return None
    return Running(record["endpoint"], record["pid"], answer)


def free_port(preferred: int) -> int:
    """The preferred port when nobody listens on it, else one that the system chooses."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise UnavailableError("no free port on 127.0.0.1")


def start(state: Path, *, port: int = DEFAULT_PORT, timeout: float = 60.0) -> Running:
    """Start an emulator on this state folder and wait until it is ready; the one that runs already is returned.

    Raises UnavailableError with the last lines of its log when it does not come up.
    """
    alive = running(state)
    if alive:
        return alive
    state.mkdir(parents=True, exist_ok=True)
    log = state.parent / "emulator.log"
    for _ in range(PORTS):
        endpoint = f"http://127.0.0.1:{free_port(port)}"
        process = _launch(state, endpoint, log)
        answer = _ready(process, endpoint, time.monotonic() + timeout)
        if answer:
            (state.parent / "emulator.json").write_text(json.dumps({"endpoint": endpoint, "pid": process.pid}))
            return Running(endpoint, process.pid, answer)
        if "is in use" not in log.read_text(errors="replace"):
            break  # else another program was faster to take the port
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
    raise UnavailableError(f"the emulator did not start (whole log: {log}):\n{tail}")


def _launch(state: Path, endpoint: str, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "emulator", "--port", endpoint.rsplit(":", 1)[1], "--state", str(state)],
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        )


def _ready(process: subprocess.Popen[bytes], endpoint: str, deadline: float) -> dict[str, Any] | None:
    """What this very process says of itself when it is ready; None when it has ended, or the deadline has come."""
    while time.monotonic() < deadline and process.poll() is None:
        answer = health(endpoint)
        if answer and answer.get("status") == "ready" and answer["pid"] == process.pid:
            return answer
        time.sleep(POLL_S)
    return None


def stop(state: Path, *, timeout: float = 30.0, waiting: Callable[[], None] = lambda: None) -> bool:
    """Stop the emulator of this state folder and wait for its end; False when none was running."""
    alive = running(state)
    if alive is None:
        return False
    os.kill(alive.pid, signal.SIGTERM)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if health(alive.endpoint) is None and not _exists(alive.pid):
            (state.parent / "emulator.json").unlink(missing_ok=True)
            return True
        waiting()
        time.sleep(POLL_S)
    raise UnavailableError(f"the emulator (process {alive.pid}) did not stop within {timeout:.0f} s")


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    try:  # a child of this very process that has ended is a zombie until it is waited for
        return os.waitpid(pid, os.WNOHANG)[0] == 0
    except ChildProcessError:
        return True


@dataclass(frozen=True)
class Shown:
    """What the emulator's clock shows."""

    now: datetime
    mode: str
    """`real`, `set` (runs on from where it was set) or `frozen`."""
    advancing_to: datetime | None


class Clock:
    """The emulator's clock. On AWS time can't be set: `set` does nothing there and says so by returning False."""

    def __init__(self, endpoint: str | None = None) -> None:
        self.endpoint = os.environ.get("AWS_ENDPOINT_URL", "") if endpoint is None else endpoint
        self.settable = bool(self.endpoint) and health(self.endpoint) is not None

    def _ask(self, method: str, path: str, body: Mapping[str, Any], timeout: float | None = 60.0) -> dict[str, Any]:
        url = f"{self.endpoint}/_emulator/clock{path}"
        try:
            answer = urllib3.request(method, url, json=dict(body), timeout=timeout, retries=False)
        except urllib3.exceptions.HTTPError as gone:
            raise UnavailableError(
                f"the emulator at {self.endpoint} went away ({type(gone).__name__}): start it with `cumulet up`, then"
                " repeat the command; what was done is kept"
            ) from gone
        if answer.status != 200:
            said = answer.json() if answer.data.startswith(b"{") else {}
            why = said.get("message", answer.data.decode(errors="replace"))
            error = JobError if said.get("under_way") else ContractError
            raise error(f"the emulator's clock refused {json.dumps(dict(body))}: {why}")
        return dict(answer.json())

    def set(self, moment: datetime) -> bool:
        """Set the clock to a moment (with zone) without firing what lies between; it runs on from there.

        Alarms have been evaluated at that time when this returns.
        """
        if self.settable:
            self._ask("PUT", "", {"now": moment.astimezone(UTC).isoformat()})
        return self.settable

    def freeze(self, moment: datetime | None = None) -> bool:
        """Let the clock stand: where it is, or at a moment (with zone)."""
        if self.settable:
            now = {"now": moment.astimezone(UTC).isoformat()} if moment else {}
            self._ask("PUT", "", {"mode": "frozen", **now})
        return self.settable

    def follow(self) -> None:
        """Back to the real time."""
        if self.settable:
            self._ask("PUT", "", {"mode": "real"})

    def advance(self, to: datetime | timedelta, *, limit_s: float = 900.0) -> int:
        """Go forward, to a moment or by a duration, firing everything that is due on the way; at how many moments.

        Returns when all of it has ended. Raises JobError when what fires at one moment takes more than `limit_s` real
        seconds, ContractError for a moment that has passed, while another advance is under way, and on AWS.
        """
        if not self.settable:
            raise ContractError("only the emulator's clock advances, and there is none here; `cumulet up` starts it")
        goal = {"by_s": to.total_seconds()} if isinstance(to, timedelta) else {"to": to.astimezone(UTC).isoformat()}
        return int(self._ask("POST", "/advance", {**goal, "limit_s": limit_s}, timeout=None)["moments"])

    def cancel(self) -> bool:
        """End an advance where it stands; False when there is none."""
        return self.settable and bool(self._ask("DELETE", "/advance", {})["cancelled"])

    def shown(self) -> Shown | None:
        """The time, the mode and where an advance goes; None on AWS."""
        answer = _get(f"{self.endpoint}/_emulator/clock") if self.settable else None
        if answer is None:
            return None
        to = answer["advancing_to"]
        return Shown(datetime.fromisoformat(answer["now"]), answer["mode"], datetime.fromisoformat(to) if to else None)

    def now(self) -> datetime:
        """What time it is there."""
        shown = self.shown()
        return shown.now if shown else datetime.now(UTC)
