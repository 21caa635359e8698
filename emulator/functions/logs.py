"""What an environment writes, as log events; and the platform's own lines about it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime

FRAME = 16  # bytes before a framed message
TAIL = 4_096  # bytes of LogType=Tail


class Lines:
    """Log events of a stream of bytes: one for each line."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        """The lines that are complete with this."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [line.decode(errors="replace") + "\n" for line in lines]

    def flush(self) -> list[str]:
        """What is left without an end of line, when a call is over."""
        rest, self._rest = self._rest, b""
        return [rest.decode(errors="replace")] if rest else []


class Frames:
    """Log events of a framed stream: one for each frame. Source: awslambdaric, FramedTelemetryLogSink."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        """The frames that are complete with this."""
        self._rest += data
        found = []
        while len(self._rest) >= FRAME:
            end = FRAME + int.from_bytes(self._rest[4:8], "big")
            if len(self._rest) < end:
                break
            found.append(self._rest[FRAME:end].decode(errors="replace"))
            self._rest = self._rest[end:]
        return found


@dataclass(frozen=True, kw_only=True)
class Report:
    """What REPORT says of a call; times in milliseconds, memory in MB."""

    request_id: str
    duration_ms: float
    memory_mb: int
    used_mb: int
    init_ms: float | None = None
    status: str = "success"  # or timeout, error
    error: str | None = None

    @property
    def billed_ms(self) -> int:
        """Initialisation is billed too, to the millisecond."""
        return math.ceil(self.duration_ms + (self.init_ms or 0.0))


class Platform:
    """The platform's lines of one function, in its log format."""

    def __init__(self, *, version: str, runtime: str, as_json: bool) -> None:
        self._version = version
        self._runtime = runtime
        self._as_json = as_json

    def init_start(self) -> str:
        """An environment starts."""
        if self._as_json:
            return _event("initStart", initializationType="on-demand", phase="init", runtimeVersion=self._runtime)
        return f"INIT_START Runtime Version: {self._runtime}\n"

    def start(self, request_id: str) -> str:
        """A call starts."""
        if self._as_json:
            return _event("start", requestId=request_id, version=self._version)
        return f"START RequestId: {request_id} Version: {self._version}\n"

    def end(self, report: Report) -> list[str]:
        """A call has ended."""
        if self._as_json:
            return [_json_report(report)]
        init = f"Init Duration: {report.init_ms:.2f} ms\t" if report.init_ms is not None else ""
        status = f"Status: {report.status}\t" if report.status != "success" else ""
        error = f"Error Type: {report.error}\t" if report.error else ""
        return [
            f"END RequestId: {report.request_id}\n",
            f"REPORT RequestId: {report.request_id}\tDuration: {report.duration_ms:.2f} ms\t"
            f"Billed Duration: {report.billed_ms} ms\tMemory Size: {report.memory_mb} MB\t"
            f"Max Memory Used: {report.used_mb} MB\t{init}{status}{error}\n",
        ]


def _json_report(report: Report) -> str:
    metrics = {
        "durationMs": round(report.duration_ms, 3),
        "billedDurationMs": report.billed_ms,
        "memorySizeMB": report.memory_mb,
        "maxMemoryUsedMB": report.used_mb,
    }
    if report.init_ms is not None:
        metrics["initDurationMs"] = round(report.init_ms, 3)
    error = {"errorType": report.error} if report.error else {}
    return _event("report", requestId=report.request_id, metrics=metrics, status=report.status, **error)


def _event(kind: str, **record: object) -> str:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"time": now, "type": f"platform.{kind}", "record": record})


def tail(messages: tuple[str, ...]) -> bytes:
    """The last 4 kB of a call's log."""
    text = "".join(m if m.endswith("\n") else m + "\n" for m in messages)
    return text.encode()[-TAIL:]
