from __future__ import annotations

import json
from pathlib import Path

import pytest

from cumulet.adapters.synthesis import synthesise
from cumulet.contracts.errors import DeployError

APP = """
import json, os, pathlib
out = pathlib.Path(os.environ["CDK_OUTDIR"]); out.mkdir(parents=True)
(out / "manifest.json").write_text(json.dumps({"context": json.loads(os.environ["CDK_CONTEXT_JSON"])}))
with open("runs", "a") as runs: runs.write(".")
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "cdk.json").write_text(json.dumps({"context": {"colour": "red"}}))
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "lake.py").write_text("SIZE = 1\n")
    return tmp_path


def runs(root: Path) -> int:
    return len((root / "runs").read_text())


def test_the_app_is_told_its_context_and_the_target(root: Path) -> None:
    manifest = json.loads((synthesise(root, target="local") / "manifest.json").read_text())
    assert manifest["context"] == {"colour": "red", "target": "local", "use_cases": ""}


def test_some_use_cases_are_another_assembly(root: Path) -> None:
    some = synthesise(root, target="local", use_cases=["kites", "boats"])
    assert json.loads((some / "manifest.json").read_text())["context"]["use_cases"] == "boats,kites"
    assert synthesise(root, target="local") != some


def test_synthesis_is_skipped_until_something_that_it_reads_changes(root: Path) -> None:
    first = synthesise(root, target="local")
    (root / "notes.md").write_text("no input")
    assert (synthesise(root, target="local"), runs(root)) == (first, 1)
    (root / "infra" / "lake.py").write_text("SIZE = 2\n")
    assert synthesise(root, target="local") != first
    assert runs(root) == 2


def test_an_app_that_fails_is_a_deploy_error_with_its_own_words(root: Path) -> None:
    (root / "app.py").write_text("raise SystemExit('the lake is dry')")
    with pytest.raises(DeployError, match="the lake is dry"):
        synthesise(root, target="local")
    with pytest.raises(DeployError, match="the lake is dry"):
        synthesise(root, target="local")
