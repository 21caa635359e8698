from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.running import RunningEmulator, is_running

pytestmark = pytest.mark.emulator

SIZE = 120_000_000  # bytes of the package
SOURCE = """
import os, time
def handler(event, context):
    time.sleep(0.5)
    return {"mark": "MARK", "pid": os.getpid(), "folder": os.path.realpath(os.path.dirname(__file__))}
"""


def upload(emulator: RunningEmulator, key: str, size: int = SIZE) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("main.py", SOURCE.replace("MARK", key))
        archive.writestr("ballast", os.urandom(1000) * (size // 1000))
    emulator.client("s3").put_object(Bucket="assets", Key=key, Body=content.getvalue())


def call(emulator: RunningEmulator) -> dict[str, Any]:
    answer = emulator.client("lambda", read_timeout=60).invoke(FunctionName="large", Payload=b"{}")
    return dict(json.loads(answer["Payload"].read()))


@pytest.fixture(scope="module")
def function(emulator: RunningEmulator, make_role: Callable[..., str]) -> str:
    """A function whose package came through S3, called by two at a time."""
    emulator.client("s3").create_bucket(Bucket="assets")
    upload(emulator, "first")
    emulator.client("lambda").create_function(
        FunctionName="large",
        Role=make_role("large", "lambda"),
        Runtime="python3.11",
        Handler="main.handler",
        Timeout=30,
        Code={"S3Bucket": "assets", "S3Key": "first"},
    )
    return "large"


def own_memory(emulator: RunningEmulator) -> int:
    """Bytes of memory that are no mapped file's."""
    status = Path(f"/proc/{emulator.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("RssAnon")).split()[1]) * 1024


def test_environments_share_one_unpacked_copy_that_survives_a_restart(emulator: RunningEmulator, function: str) -> None:
    with ThreadPoolExecutor() as threads:
        first, second = threads.map(lambda _: call(emulator), range(2))
    assert first["pid"] != second["pid"]
    assert first["folder"] == second["folder"]
    assert Path(first["folder"]).parent == emulator.state / "functions" / "code"
    emulator.stop()
    assert not any(is_running(found["pid"]) for found in (first, second))
    emulator.start()
    assert call(emulator)["folder"] == first["folder"]


def test_the_zip_is_on_disk_once_and_not_in_memory(emulator: RunningEmulator, function: str) -> None:
    (stored,) = (emulator.state / "services" / "lambda-blobs").glob("*.zip")
    assert stored.stat().st_nlink == 2  # with S3's
    before = own_memory(emulator)
    emulator.restart()
    assert own_memory(emulator) < before + SIZE // 4
    assert own_memory(emulator) < 150_000_000 + SIZE // 4


def test_the_code_survives_the_object_that_it_came_from(emulator: RunningEmulator, function: str) -> None:
    upload(emulator, "first", size=1000)  # another content at the same key
    emulator.restart()
    assert call(emulator)["mark"] == "first"
    assert emulator.client("lambda").get_function(FunctionName="large")["Configuration"]["CodeSize"] > SIZE


def test_an_update_is_saved_and_the_old_code_goes_at_the_next_start(emulator: RunningEmulator, function: str) -> None:
    old = Path(call(emulator)["folder"])
    upload(emulator, "second", size=1000)
    emulator.client("lambda").update_function_code(FunctionName="large", S3Bucket="assets", S3Key="second")
    new = call(emulator)
    assert new["mark"] == "second"
    time.sleep(1.3)
    emulator.kill()
    emulator.start()
    unpacked = [path.name for path in (emulator.state / "functions" / "code").iterdir()]
    assert unpacked == [Path(new["folder"]).name]
    assert not old.exists()
    assert call(emulator)["mark"] == "second"
