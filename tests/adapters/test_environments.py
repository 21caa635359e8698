from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cumulet.adapters import environments
from cumulet.contracts.errors import UnavailableError


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a use case `reading` whose training wants what is installed already."""
    (tmp_path / "usecases" / "reading").mkdir(parents=True)
    (tmp_path / "usecases" / "plain").mkdir()
    (tmp_path / "requirements.txt").write_text("numpy==2\n")
    (tmp_path / "usecases" / "reading" / "requirements.txt").write_text("# nothing but comments\n")
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    monkeypatch.setattr(environments, "FOLDER", tmp_path / "environments")
    return tmp_path


def test_a_use_case_without_requirements_has_no_environment(project: Path) -> None:
    assert environments.requirements("plain") is None
    assert environments.prepare("plain") is None


def test_an_environment_is_made_once_and_sees_the_packages_of_the_project(project: Path) -> None:
    python = environments.prepare("reading")
    assert python is not None
    program = "import sys, numpy, boto3; print(sys.prefix)"
    done = subprocess.run([str(python), "-I", "-c", program], capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()) == python.parents[1]
    (python.parents[1] / "mark").touch()
    assert environments.prepare("reading") == python
    assert (python.parents[1] / "mark").exists()


def test_other_requirements_make_another_environment_in_its_place(project: Path) -> None:
    first = environments.prepare("reading")
    (project / "usecases" / "reading" / "requirements.txt").write_text("# other words\n")
    second = environments.prepare("reading")
    assert second != first
    assert [each.name for each in (project / "environments").iterdir()] == [second.parents[1].name]


def test_what_cannot_be_installed_is_said_and_leaves_nothing_half_made(project: Path) -> None:
    (project / "usecases" / "reading" / "requirements.txt").write_text("./nowhere\n")
    with pytest.raises(UnavailableError, match=r"training environment of reading.*requirements\.txt"):
        environments.prepare("reading")
    assert list((project / "environments").iterdir()) == []


def test_an_emulator_is_told_of_each_use_case_once(tmp_path: Path) -> None:
    images = tmp_path / "sagemaker" / "images.json"
    images.parent.mkdir()
    images.write_text(json.dumps({"mine:*": "/mine/python", environments.IMAGES: "/all/python"}))
    for name, python in (("reading", "old"), ("digits", "digits"), ("reading", "new")):
        environments.announce(name, Path(f"/{python}/python"), tmp_path)
    assert json.loads(images.read_text()) == {
        "mine:*": "/mine/python",
        environments.IMAGES: [
            {"python": "/new/python", "jobs": "reading-fit-*"},
            {"python": "/digits/python", "jobs": "digits-fit-*"},
            "/all/python",
        ],
    }


def test_nobody_goes_on_elsewhere_without_need(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.execv", lambda *_: pytest.fail("it went on elsewhere"))
    environments.enter("plain", ["cumulet", "check", "plain"])


def test_a_process_goes_on_in_the_environment_with_its_arguments(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[list[str]] = []
    monkeypatch.setattr("os.execv", lambda path, argv: gone.append(argv))
    monkeypatch.setenv("PYTHONPATH", "mine")
    environments.enter("reading", ["cumulet", "check", "reading"])
    python = environments.prepare("reading")
    assert gone == [[str(python), "-m", "cumulet", "check", "reading"]]
    monkeypatch.setattr(sys, "prefix", str(python.parents[1]))
    environments.enter("reading", ["cumulet", "check", "reading"])
    assert len(gone) == 1
