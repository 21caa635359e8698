"""Containers as processes, with and without namespaces."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from emulator.sagemaker.containers.container import Container
from emulator.sagemaker.containers.namespaces import Namespaces
from emulator.sagemaker.containers.processes import Processes
from emulator.sagemaker.containers.starter import ContainerSpec, Starter, rewrite
from emulator.sagemaker.containers.warm_parents import WarmParents
from emulator.sagemaker.images import Runtime
from emulator.sagemaker.store import Store
from tests.emulator.running import eventually


@dataclass
class Runner:
    """Runs commands with `folder`/ml as /opt/ml."""

    folder: Path
    processes: Processes
    lines: list[str] = field(default_factory=list)

    def start(self, *argv: str, namespaces: bool = True, **env: str) -> Container:
        ml = self.folder / "ml"
        ml.mkdir(exist_ok=True)
        spec = ContainerSpec(Runtime(sys.executable), argv, {"PATH": "/usr/bin:/bin", **env}, ml)
        parents = WarmParents(self.processes, self.folder, wanted=False)
        starter = Starter(self.processes, Namespaces(self.folder, wanted=namespaces), parents)
        return Container(spec, starter, self.lines.extend)


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    """A runner whose processes end with the test."""
    runner = Runner(tmp_path, Processes(Store(tmp_path / "store.db")))
    yield runner
    runner.processes.close()


def test_without_namespaces_paths_are_spelt_as_the_jobs_folder(runner: Runner) -> None:
    script = "import os, sys; open(sys.argv[1] + '/model', 'w').write(os.environ['OUT']); print(os.getcwd())"
    container = runner.start("python3", "-c", script, "/opt/ml", namespaces=False, OUT="a:/opt/ml/x,/opt/mlx")
    assert container.wait() == 0, runner.lines
    ml = str(runner.folder / "ml")
    assert Path(ml, "model").read_text() == f"a:{ml}/x,/opt/mlx"
    assert runner.lines == [ml]


def test_only_whole_paths_are_rewritten() -> None:
    assert rewrite("/opt/ml/model:/opt/ml", "/j") == "/j/model:/j"
    assert rewrite("/my/opt/ml /opt/ml2", "/j") == "/my/opt/ml /opt/ml2"


def test_with_namespaces_opt_ml_is_the_jobs_folder_and_opt_keeps_the_rest(runner: Runner) -> None:
    if not Namespaces(runner.folder).work:
        pytest.skip("this machine has no mount namespaces")
    container = runner.start("sh", "-c", "echo found > /opt/ml/here; ls /opt")
    assert container.wait() == 0, runner.lines
    assert (runner.folder / "ml" / "here").read_text() == "found\n"
    assert {path.name for path in Path("/opt").iterdir() if path.is_dir()} <= set(runner.lines)


@pytest.mark.parametrize("namespaces", [True, False])
def test_the_exit_status_is_the_programs(runner: Runner, namespaces: bool) -> None:
    assert runner.start("sh", "-c", "exit 7", namespaces=namespaces).wait() == 7
    assert runner.start("no-such-program", namespaces=namespaces).wait() == 127
    assert runner.lines[-1] == "no-such-program: No such file or directory"


def test_what_ignores_sigterm_is_killed_after_the_grace(runner: Runner) -> None:
    container = runner.start("sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.05; done")
    eventually(lambda: "up" in runner.lines)
    container.stop(grace_s=0.1)
    assert container.wait() == 128 + 9


def test_a_last_line_without_end_is_read(runner: Runner) -> None:
    assert runner.start("sh", "-c", "printf 'a\\nb'").wait() == 0
    assert runner.lines == ["a", "b"]
