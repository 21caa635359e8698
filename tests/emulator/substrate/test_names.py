from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def run(code: str, state: Path) -> str:
    """Run code in a process of its own: ministack reads its settings when it is imported."""
    apply = (
        "from pathlib import Path\nfrom emulator.substrate import settings\n"
        f"settings.apply(state=Path({str(state)!r}), port=1)\n"
    )
    done = subprocess.run([sys.executable, "-c", apply + code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_every_private_name_that_we_build_on_is_where_we_expect_it(tmp_path: Path) -> None:
    assert run("from emulator.substrate import names; print(names.moved())", tmp_path) == "[]"


def test_ministack_is_the_pinned_version(tmp_path: Path) -> None:
    assert run("from emulator.substrate import names; print(names.PINNED)", tmp_path) == version("ministack")


def test_a_name_that_moved_is_named(tmp_path: Path) -> None:
    code = """
from emulator.errors import SubstrateError
from emulator.substrate import names
from ministack.services import stepfunctions
del stepfunctions._run_execution
try:
    names.check()
except SubstrateError as error:
    print(error)
"""
    assert "ministack.services.stepfunctions._run_execution" in run(code, tmp_path)


def test_only_the_substrate_touches_ministack() -> None:
    outside = [
        str(path)
        for path in (ROOT / "emulator").rglob("*.py")
        if "substrate" not in path.parts and re.search(r"^\s*(from|import) ministack", path.read_text(), re.MULTILINE)
    ]
    assert outside == []


@pytest.mark.parametrize("needle", ["from cumulet", "import cumulet", "from usecases", "from infra"])
def test_the_emulator_imports_nothing_of_the_project(needle: str) -> None:
    assert [p for p in (ROOT / "emulator").rglob("*.py") if needle in p.read_text()] == []


def test_the_sleep_before_the_first_state_is_the_one_we_take_out(tmp_path: Path) -> None:
    code = """
import inspect
from emulator.substrate import pauses
from ministack.services import stepfunctions
print(f"time.sleep({pauses.START_DELAY_S})" in inspect.getsource(stepfunctions._run_execution))
"""
    assert run(code, tmp_path) == "True"


def test_what_waits_in_executions_and_deletes_expired_items_is_as_we_replace_it(tmp_path: Path) -> None:
    code = """
import inspect
from emulator.substrate import expiry, pauses
from ministack.services import dynamodb, lambda_svc, stepfunctions
source = inspect.getsource
print(f'name="{expiry.REAPER}"' in source(dynamodb), "time.time()" in source(dynamodb._ttl_reaper))
print(f'"TimeoutSeconds", {pauses.UNLIMITED_S})' in source(stepfunctions._invoke_with_callback))
print("_scaled_sleep(min(sleep_sec, 60))" in source(stepfunctions._execute_task))
print("_esm_wake.wait(" in source(lambda_svc._poll_loop), "_esm_wake.clear()" in source(lambda_svc._poll_loop))
"""
    assert run(code, tmp_path).split() == ["True"] * 6


def test_the_callers_of_functions_are_as_we_redirect_them(tmp_path: Path) -> None:
    code = """
import inspect
from ministack.services import apigateway, apigateway_v1, eventbridge, lambda_svc, s3, sns, stepfunctions
scoped = "lambda_svc._execute_function_with_config_scope"
for module, text in [(apigateway, "run_reentrant(" + scoped), (apigateway_v1, "run_reentrant(" + scoped),
                     (lambda_svc, "run_reentrant(_execute_function_with_config_scope"),
                     (lambda_svc, "resp_headers, resp_body = await _invoke("), (sns, "_" + scoped),
                     (stepfunctions, scoped), (s3, "invoke_async_with_retry"), (eventbridge, "_dispatch_to_lambda(")]:
    print(text in inspect.getsource(module))
"""
    assert run(code, tmp_path).split() == ["True"] * 8
