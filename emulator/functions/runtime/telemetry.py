"""The framed log of an environment: each message arrives whole, however many lines it has."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import time
from types import SimpleNamespace
from typing import Any

TEXT, JSON = 0xA55A0003, 0xA55A0002
NO_BREAK_SPACE = "\u00a0"
FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
OWN = frozenset(vars(logging.makeLogRecord({}))) | {"aws_request_id", "message", "asctime"}


class Telemetry:
    """Writes frames: type (4 bytes), length (4), time in microseconds (8), message; big-endian."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.json = os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"

    def write(self, text: str) -> None:
        """Write one message."""
        message = text.encode()
        header = (JSON if self.json else TEXT).to_bytes(4, "big") + len(message).to_bytes(4, "big")
        os.write(self._fd, header + (time.time_ns() // 1000).to_bytes(8, "big") + message)

    def error(self, failed: dict[str, Any]) -> None:
        """Write an error of the handler as AWS's client words it."""
        if self.json:
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            self.write(json.dumps({"timestamp": stamp, "level": "ERROR", **failed}))
            return
        lines = [f"[ERROR] {failed['errorType']}: {failed['errorMessage']}", "Traceback (most recent call last):"]
        for line in "".join(failed["stackTrace"]).splitlines():
            bare = line.lstrip(" ")
            lines.append(NO_BREAK_SPACE * (len(line) - len(bare)) + bare)
        self.write("\n".join(lines))


class _Handler(logging.Handler):
    def __init__(self, telemetry: Telemetry, calling: SimpleNamespace) -> None:
        super().__init__()
        self._telemetry = telemetry
        self._calling = calling

    def emit(self, record: logging.LogRecord) -> None:
        record.aws_request_id = self._calling.request_id
        self._telemetry.write(self.format(record))


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        line = {
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname,
            "message": record.msg if isinstance(record.msg, dict) and not record.args else record.getMessage(),
            "logger": record.name,
            "errorType": type(error).__name__ if error else None,
            "errorMessage": str(error) if error else None,
            "requestId": getattr(record, "aws_request_id", None),
            **{name: value for name, value in vars(record).items() if name not in OWN},
        }
        return json.dumps({n: v for n, v in line.items() if v is not None}, ensure_ascii=False, default=str) + "\n"


def set_up_logging(telemetry: Telemetry, calling: SimpleNamespace) -> None:
    """Send the root logger's records to the framed log; standard output is written at once."""
    sys.stdout, sys.stderr = (io.TextIOWrapper(os.fdopen(fd, "wb", 0), write_through=True) for fd in (1, 2))
    logging.Formatter.converter = time.gmtime
    handler = _Handler(telemetry, calling)
    handler.setFormatter(_JsonFormatter() if telemetry.json else logging.Formatter(FORMAT, "%Y-%m-%dT%H:%M:%S"))
    root = logging.getLogger()
    root.addHandler(handler)
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").replace("TRACE", "DEBUG")
    if level in logging.getLevelNamesMapping():
        root.setLevel(level)
