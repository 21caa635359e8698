"""What a function finds around it: its own things, AWS's, and nothing of this machine's."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from emulator.functions.environment import Environment
from tests.emulator.functions.deployed import Deployed, package
from tests.emulator.running import eventually, is_running

VARIABLES = "import os\ndef handler(e, c): return dict(os.environ)"
IMPORT = """
import importlib
def handler(event, context):
    try:
        return getattr(importlib.import_module(event), "__version__", "there")
    except ImportError:
        return "absent"
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    made = Deployed(tmp_path_factory.mktemp("state"))
    yield made
    made.close()


def test_the_variables_are_awss_and_its_own_and_no_others(shared: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_HOST", "1")
    shared.deploy(VARIABLES, variables=(("MODEL", "flights"),), version="3", qualifier="3", memory_mb=512)
    found = shared.answer(qualifier="3")
    expected = {
        "_HANDLER": "main.handler",
        "AWS_ACCESS_KEY_ID": "AKIA",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "AWS_LAMBDA_FUNCTION_VERSION": "3",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
        "AWS_REGION": "us-east-1",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "LANG": "en_US.UTF-8",
        "MODEL": "flights",
        "TZ": ":UTC",
    }
    others = {
        *("AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "AWS_XRAY_CONTEXT_MISSING", "LAMBDA_RUNTIME_DIR"),
        *("LAMBDA_TASK_ROOT", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "_X_AMZN_TRACE_ID"),
    }
    assert {name: found.get(name) for name in expected} == expected
    assert set(found) - set(expected) - {"TMPDIR"} == others
    assert Path(found["LAMBDA_TASK_ROOT"], "main.py").exists()


@pytest.mark.parametrize(
    ("module", "found"),
    [("json", True), ("boto3", True), ("numpy", False), ("pytest", False), ("emulator", False), ("cumulet", False)],
)
def test_what_it_did_not_ship_fails_as_on_aws(shared: Deployed, module: str, found: bool) -> None:
    shared.deploy(IMPORT, name="imports")
    assert (shared.answer(module, "imports") != "absent") is found


def test_a_library_that_it_ships_hides_the_runtimes(shared: Deployed) -> None:
    files = {"main.py": IMPORT, "boto3/__init__.py": "__version__ = 'mine'", "emulator.py": "__version__ = 'mine'"}
    shared.deploy(files=files, name="ships")
    assert [shared.answer(name, "ships") for name in ("boto3", "emulator")] == ["mine", "mine"]
    assert shared.answer("botocore", "ships") != "absent"


def test_layers_are_on_the_path_and_a_later_one_hides_an_earlier(shared: Deployed) -> None:
    here = f"python/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    first = package({"python/one.py": "__version__ = 'first'", "python/both.py": "__version__ = 'first'"})
    second = package({f"{here}/two.py": "__version__ = 'second'", "python/both.py": "__version__ = 'second'"})
    shared.deploy(IMPORT, name="layered", layers=(first, second))
    assert [shared.answer(n, "layered") for n in ("one", "two", "both")] == ["first", "second", "second"]


SHARED = """
import os, tempfile
def handler(event, context):
    path = os.path.join(tempfile.gettempdir(), "mine")
    found = os.path.exists(path)
    open(path, "w").close()
    return {"found": found, "pid": os.getpid(), "other": os.path.exists(event)}
"""


def test_tmp_is_the_environments_own_and_goes_with_it(shared: Deployed, tmp_path: Path) -> None:
    marker = tmp_path / "of-the-host"
    marker.write_text("")
    shared.deploy(SHARED, name="tmp")
    first, second = shared.answer(str(marker), "tmp"), shared.answer(str(marker), "tmp")
    assert (first["found"], second["found"]) == (False, True)
    assert not first["other"] or not sys.platform.startswith("linux")
    shared.engine.retire("arn:aws:lambda:us-east-1:000000000000:function:tmp")
    eventually(lambda: not is_running(first["pid"]))
    assert shared.answer(str(marker), "tmp")["found"] is False
    assert not Path("/tmp/mine").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="mount namespaces are Linux's")
def test_tmp_has_the_functions_size(shared: Deployed) -> None:
    source = "def handler(e, c):\n    with open('/tmp/x', 'wb') as f: f.write(bytes(e))\n    return 'fits'"
    shared.deploy(source, name="full", ephemeral_mb=8)
    assert shared.answer(4_000_000, "full") == "fits"
    assert shared.failure(9_000_000, "full")["errorMessage"] == "[Errno 28] No space left on device"


def test_the_code_cannot_be_changed(shared: Deployed) -> None:
    source = "import os\ndef handler(e, c):\n    open(os.path.join(os.environ['LAMBDA_TASK_ROOT'], e), 'w')"
    shared.deploy(source, name="writes")
    for name in ("main.py", "new.py"):
        assert shared.failure(name, "writes")["errorType"] in ("OSError", "PermissionError")


def test_a_fork_of_the_warm_interpreter_shares_no_randomness(shared: Deployed) -> None:
    source = "import random, uuid, os\ndef handler(e, c): return [random.random(), str(uuid.uuid4())]"
    shared.deploy(source, name="one")
    shared.deploy(source + "\n", name="two")
    assert not set(shared.answer(name="one")) & set(shared.answer(name="two"))


def test_the_time_zone_is_utc_and_the_folder_the_packages(shared: Deployed) -> None:
    shared.deploy("import os, time\ndef handler(e, c): return [time.tzname, os.listdir(os.getcwd())]", name="where")
    assert shared.answer(name="where") == [["UTC", "UTC"], ["main.py"]]


@pytest.mark.skipif(not os.path.exists("/proc"), reason="memory is known from /proc")
def test_an_environment_with_more_memory_than_its_function_is_killed(shared: Deployed) -> None:
    source = "import time\ndef handler(e, c):\n    held = b'x' * e\n    time.sleep(0.3)\n    return len(held)"
    shared.deploy(source, name="memory", memory_mb=128)
    assert shared.answer(50_000_000, "memory") == 50_000_000
    failed = shared.failure(200_000_000, "memory")
    assert failed["errorType"] == "Runtime.OutOfMemory"
    assert failed["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")
    assert shared.answer(1000, "memory") == 1000


@pytest.mark.skipif(not os.path.exists("/proc"), reason="memory is known from /proc")
def test_address_space_is_not_memory(shared: Deployed) -> None:
    source = "import mmap\ndef handler(e, c): return len(mmap.mmap(-1, 4_000_000_000))"
    shared.deploy(source, name="maps", memory_mb=128)
    assert shared.answer(name="maps") == 4_000_000_000


def test_what_a_function_started_ends_with_its_environment(shared: Deployed) -> None:
    source = "import subprocess\ndef handler(e, c): return subprocess.Popen(['sleep', '60']).pid"
    shared.deploy(source, name="parent")
    child = shared.answer(name="parent")
    assert is_running(child)
    shared.engine.retire("arn:aws:lambda:us-east-1:000000000000:function:parent")
    eventually(lambda: not is_running(child))


def test_nothing_outlives_the_engine(tmp_path: Path) -> None:
    deployed = Deployed(tmp_path / "state")
    deployed.deploy("import os\ndef handler(e, c): return [os.getpid(), os.getppid()]")
    environment, zygote = deployed.answer()
    deployed.close()
    assert not is_running(environment)
    assert not is_running(zygote)


def test_functions_go_on_when_the_warm_interpreter_has_died(tmp_path: Path) -> None:
    deployed = Deployed(tmp_path / "state")
    deployed.deploy("import os\ndef handler(e, c): return [os.getpid(), os.getppid()]")
    environment, zygote = deployed.answer()
    os.kill(zygote, 9)
    eventually(lambda: not is_running(environment))
    eventually(lambda: deployed.answer()[1] != zygote)
    deployed.close()


def test_a_request_that_arrives_after_its_process_has_ended_makes_nothing_ready() -> None:
    """Its bytes may be read after the news of its end: a call given to it then would wait for its time-out."""
    said: list[str] = []
    keeper: Any = SimpleNamespace(
        ready=lambda _: said.append("ready"),
        init_failed=lambda *_: said.append("failed"),
        ended=lambda _: said.append("ended"),
    )
    version: Any = SimpleNamespace(version="1", runtime="python3.11", json_logs=False, timeout_s=3)
    environment = Environment(version, keeper, kill=lambda pid: None)
    environment.exited(9)
    nothing: Any = None
    environment.on_next(nothing)
    assert said == ["failed", "ended"]
