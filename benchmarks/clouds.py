"""Clouds to measure, each a process of its own: our emulator, ministack alone with its own executor, and uvicorn."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from cumulet.cli.target import ROOT

START_S = 60


@contextmanager
def emulator(state: Path) -> Iterator[str]:
    """Our emulator; its endpoint."""
    port = free_port()
    with process([sys.executable, "-m", "emulator", "--port", str(port), "--state", str(state)], {}, port) as endpoint:
        yield endpoint


@contextmanager
def ministack(state: Path) -> Iterator[str]:
    """Run ministack alone, functions run by its own workers; its endpoint."""
    port = free_port()
    for name in ("services", "tmp", "s3"):
        (state / name).mkdir(parents=True)
    settings = {
        **{"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "LAMBDA_EXECUTOR": "local", "LOG_LEVEL": "WARNING"},
        **{"STATE_DIR": str(state / "services"), "TMPDIR": str(state / "tmp"), "S3_DATA_DIR": str(state / "s3")},
        **{"IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0", "AUTH": "true", "USE_SSL": "0", "PERSIST_STATE": "0"},
    }
    with process([sys.executable, "-m", "ministack"], settings, port) as endpoint:
        yield endpoint


@contextmanager
def uvicorn(folder: Path, application: str) -> Iterator[str]:
    """An ASGI application of a folder, served by one worker; its endpoint."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", application, "--app-dir", str(folder), "--port", str(port)]
    with process([*command, "--log-level", "warning", "--no-access-log"], {}, port) as endpoint:
        yield endpoint


@contextmanager
def process(command: list[str], settings: dict[str, str], port: int) -> Iterator[str]:
    """Run a server until its port answers, and end it afterwards."""
    environment = {n: v for n, v in os.environ.items() if not n.startswith("AWS_")} | settings
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_S
        while not _answers(port):
            if running.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{' '.join(command)} did not start")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(timeout=20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def client(endpoint: str, service: str) -> Any:
    """A boto3 client without retries."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the emulators' own
        config=Config(retries={"max_attempts": 0}, read_timeout=120, s3={"addressing_style": "path"}),
    )


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status > 0
    except OSError:
        return False
    finally:
        connection.close()
